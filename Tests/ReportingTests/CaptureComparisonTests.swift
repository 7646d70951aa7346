import Captures
import Conformance
import Reporting
import Tensors
import TestSupport
import Testing

/// Captures of one model, of which one lacks something.
@Suite struct CaptureComparisonTests {
    private let header = CaptureHeader(
        engine: "a test", engineVersion: "1", arithmetic: "fp32", modelName: "net",
        modelSHA256: String(repeating: "0", count: 64), adapter: "by hand")

    private func output(
        _ name: String, isOutput: Bool = true, values: AnyTensor = .float32(Tensor([2], [1, 2]))
    ) -> CaptureCase.Output {
        CaptureCase.Output(name: name, node: name, operator: "Add", isGraphOutput: isOutput, values: values)
    }

    private func capture(
        _ cases: [(name: String, tensors: [CaptureCase.Output])], input: Float = 1, at path: String
    ) throws -> CaptureFile {
        let writer = try CaptureWriter(header, to: path)
        for (name, tensors) in cases {
            let inputs = [CaptureCase.Input(name: "x", values: .float32(Tensor([1], [input])))]
            try writer.append(CaptureCase(name: name, source: "", inputs: inputs, tensors: tensors))
        }
        try writer.finish()
        return try CaptureFile(contentsOf: path)
    }

    private func verdict(_ comparison: NetworkComparison) -> (Verdict, String?) {
        let side = Side(header)
        let report = LayerReport(
            baseline: side, candidate: side, thresholds: .float32, deviations: [], networks: [comparison])
        return (report.verdict, report.networks[0].notJudgedBecause)
    }

    @Test("A capture conforms to itself")
    func whole() throws {
        try withTemporaryDirectory { directory in
            let file = try capture(
                [("a", [output("y"), output("z", isOutput: false)])], at: "\(directory)/a.h5")
            #expect(try verdict(NetworkComparison(of: .capture(file), with: .capture(file))) == (.conforms, nil))
        }
    }

    @Test("A case or a tensor that only the candidate has is named and not judged, whatever it holds")
    func candidateAlone() throws {
        try withTemporaryDirectory { directory in
            let few = try capture([("a", [output("y")])], at: "\(directory)/few.h5")
            let moreCases = try capture(
                [("a", [output("y")]), ("b", [output("y", values: .float32(Tensor([2], [.nan, 0])))])],
                at: "\(directory)/cases.h5")
            let cases = verdict(try NetworkComparison(of: .capture(moreCases), with: .capture(few)))
            #expect(cases.0 == .notJudged && cases.1?.hasSuffix("on one side alone: b") == true)
            for isOutput in [false, true] {
                let moreTensors = try capture(
                    [("a", [output("y"), output("z", isOutput: isOutput, values: .float32(Tensor([1], [.nan])))])],
                    at: "\(directory)/tensors.h5")
                let tensors = verdict(try NetworkComparison(of: .capture(moreTensors), with: .capture(few)))
                #expect(tensors.0 == .notJudged && tensors.1?.hasSuffix(": z") == true)
            }
        }
    }

    @Test("A case that the candidate lacks, or a tensor in one of its cases, is named and keeps it from conforming")
    func missing() throws {
        try withTemporaryDirectory { directory in
            let whole = try capture(
                [("a", [output("y"), output("z")]), ("b", [output("y"), output("z")])], at: "\(directory)/whole.h5")
            let oneCase = try capture([("a", [output("y"), output("z")])], at: "\(directory)/case.h5")
            let oneTensor = try capture(
                [("a", [output("y"), output("z")]), ("b", [output("y")])], at: "\(directory)/tensor.h5")
            let first = verdict(try NetworkComparison(of: .capture(oneCase), with: .capture(whole)))
            #expect(first.0 == .notJudged && first.1?.hasSuffix("on one side alone: b") == true)
            let second = verdict(try NetworkComparison(of: .capture(oneTensor), with: .capture(whole)))
            #expect(second.0 == .notJudged && second.1?.hasSuffix("in every case: z") == true)
        }
    }

    @Test("An output of the network that the baseline lacks is named, and keeps the candidate from conforming")
    func unrecordedOutput() throws {
        try withTemporaryDirectory { directory in
            let few = try capture([("a", [output("y")])], at: "\(directory)/few.h5")
            let more = try capture([("a", [output("y"), output("z")])], at: "\(directory)/more.h5")
            let (verdict, reason) = verdict(try NetworkComparison(of: .capture(more), with: .capture(few)))
            #expect(verdict == .notJudged && reason?.hasSuffix(": z") == true)
        }
    }

    @Test("Where no tensor is an output of the network, nothing is said of the network")
    func noOutput() throws {
        try withTemporaryDirectory { directory in
            let file = try capture([("a", [output("y", isOutput: false)])], at: "\(directory)/a.h5")
            #expect(verdict(try NetworkComparison(of: .capture(file), with: .capture(file))).0 == .notJudged)
        }
    }

    @Test("Inputs with NaN are the same where their bits are")
    func notANumber() throws {
        try withTemporaryDirectory { directory in
            let file = try capture([("a", [output("y")])], input: .nan, at: "\(directory)/a.h5")
            #expect(try verdict(NetworkComparison(of: .capture(file), with: .capture(file))).0 == .conforms)
        }
    }
}
