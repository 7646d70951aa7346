import Captures
import Conformance
import Foundation
import Reporting
import Tensors
import TestSupport
import Testing

/// Two recordings of which one lacks what a comparison must rest on.
private struct BrokenPremise: CustomTestStringConvertible {
    typealias Case = (name: String, input: AnyTensor, tensors: [(name: String, isOutput: Bool, values: AnyTensor)])

    let testDescription: String
    let baseline: [Case]
    let candidate: [Case]

    private static func numbers(_ values: [Float], _ shape: Shape? = nil) -> AnyTensor {
        .float32(Tensor(shape ?? [values.count], values))
    }

    private static func one(
        _ values: AnyTensor, name: String = "y", input: AnyTensor = numbers([1, 2]), case caseName: String = "a"
    ) -> Case {
        (caseName, input, [(name, true, values)])
    }

    static let whole = [one(numbers([0.5, -2, 3, 4, 5, 6], [2, 3]))]

    /// The other recording is ``whole``.
    private static func against(_ description: String, _ cases: [Case]) -> BrokenPremise {
        BrokenPremise(testDescription: description, baseline: whole, candidate: cases)
    }

    static let all: [BrokenPremise] = [
        BrokenPremise(testDescription: "no case on either side", baseline: [], candidate: []),
        against("no case", []),
        against("a case without a tensor", [("a", numbers([1, 2]), [])]),
        BrokenPremise(
            testDescription: "no tensor on either side", baseline: [("a", numbers([1, 2]), [])],
            candidate: [("a", numbers([1, 2]), [])]),
        BrokenPremise(
            testDescription: "a tensor without elements, against one with", baseline: [one(numbers([], [0]))],
            candidate: [one(numbers([1]))]),
        BrokenPremise(
            testDescription: "one element, which differs", baseline: [one(numbers([1]))],
            candidate: [one(numbers([1.001]))]),
        BrokenPremise(
            testDescription: "a constant input, and outputs that differ",
            baseline: [one(numbers([1, 2]), input: numbers([7, 7, 7]))],
            candidate: [one(numbers([2, 1]), input: numbers([7, 7, 7]))]),
        BrokenPremise(
            testDescription: "an input of zeros, and outputs that differ",
            baseline: [one(numbers([1, 2]), input: numbers([0, 0]))],
            candidate: [one(numbers([2, 1]), input: numbers([0, 0]))]),
        BrokenPremise(
            testDescription: "a constant input, on which other networks may give the same",
            baseline: [one(numbers([1, 2]), input: numbers([7, 7, 7]))],
            candidate: [one(numbers([1, 2]), input: numbers([7, 7, 7]))]),
        BrokenPremise(
            testDescription: "zeros on both sides", baseline: [one(numbers([0, 0, 0]))],
            candidate: [one(numbers([0, 0, 0]))]),
        against("zeros", [one(numbers([0, 0, 0, 0, 0, 0], [2, 3]))]),
        against("NaN", [one(numbers([.nan, .nan, .nan, .nan, .nan, .nan], [2, 3]))]),
        against("infinities", [one(numbers([.infinity, -2, 3, 4, 5, 6], [2, 3]))]),
        against("the same numbers in another shape", [one(numbers([0.5, -2, 3, 4, 5, 6], [3, 2]))]),
        against("a part of the numbers", [one(numbers([0.5, -2, 3, 4], [2, 2]))]),
        against("the numbers in another order", [one(numbers([-2, 0.5, 3, 4, 5, 6], [2, 3]))]),
        against("another input", [one(whole[0].tensors[0].values, input: numbers([1, 3]))]),
        BrokenPremise(
            testDescription: "the same input in another shape",
            baseline: [one(numbers([1]), input: numbers([1, 2, 3, 4, 5, 6], [2, 3]))],
            candidate: [one(numbers([1]), input: numbers([1, 2, 3, 4, 5, 6], [3, 2]))]),
        against("another case", [one(whole[0].tensors[0].values, case: "b")]),
        against("a case more", whole + [one(whole[0].tensors[0].values, case: "b")]),
        BrokenPremise(
            testDescription: "a case fewer", baseline: whole + [one(whole[0].tensors[0].values, case: "b")],
            candidate: whole),
        against("a network of another output", [one(numbers([0.25, 0.75], [1, 2]), name: "prob")]),
    ]
}

@Suite struct BrokenPremiseTests {
    private func capture(_ cases: [BrokenPremise.Case], at path: String) throws -> CaptureFile {
        let header = CaptureHeader(
            engine: "a test", engineVersion: "1", arithmetic: "fp32", modelName: "net",
            modelSHA256: String(repeating: "0", count: 64), adapter: "by hand")
        let writer = try CaptureWriter(header, to: path)
        for (name, input, tensors) in cases {
            try writer.append(
                CaptureCase(
                    name: name, source: "", inputs: [.init(name: "x", values: input)],
                    tensors: tensors.map {
                        .init(
                            name: $0.name, node: $0.name, operator: "Add", isGraphOutput: $0.isOutput, values: $0.values
                        )
                    }))
        }
        try writer.finish()
        return try CaptureFile(contentsOf: path)
    }

    /// The verdict; nil where the comparison is refused.
    private func verdict(_ candidate: [BrokenPremise.Case], with baseline: [BrokenPremise.Case]) throws -> Verdict? {
        try withTemporaryDirectory { directory in
            do {
                let sides = try [("candidate", candidate), ("baseline", baseline)].map { name, cases in
                    try capture(cases, at: "\(directory)/\(name).h5")
                }
                let comparison = try NetworkComparison(of: .capture(sides[0]), with: .capture(sides[1]))
                let side = Side(engine: "test")
                return LayerReport(
                    baseline: side, candidate: side, thresholds: .float32, deviations: [], networks: [comparison]
                ).verdict
            } catch is ComparisonError {
                return nil
            } catch is AlignmentError {
                return nil
            } catch is CaptureError {
                return nil
            }
        }
    }

    @Test(
        "A comparison that rests on nothing, or on something else, never conforms, whichever side it is of",
        arguments: BrokenPremise.all)
    fileprivate func never(_ premise: BrokenPremise) throws {
        for (candidate, baseline) in [
            (premise.candidate, premise.baseline), (premise.baseline, premise.candidate),
        ] {
            let verdict = try verdict(candidate, with: baseline)
            #expect(
                verdict == nil || verdict == .notJudged || verdict == .doesNotConform, "\(String(describing: verdict))")
        }
    }

    @Test("What every premise is broken of conforms to itself")
    func whole() throws {
        #expect(try verdict(BrokenPremise.whole, with: BrokenPremise.whole) == .conforms)
    }
}
