import Captures
import Conformance
import Engines
import Foundation
import NetworkGraph
import Reporting
import Tensors
import TestSupport
import Testing

/// A tensor, and one that differs from it in a single element, of each element type and at its edges.
private struct DifferingPair: CustomTestStringConvertible {
    let one: AnyTensor
    let other: AnyTensor

    var testDescription: String { "\(one.elementType) \(one.float64.elements) \(other.float64.elements)" }

    init(_ one: AnyTensor, _ other: AnyTensor) { (self.one, self.other) = (one, other) }

    /// Two integers between two that are equal.
    private static func integers<Integer: FixedWidthInteger & TensorElement>(
        _ pairs: [(Integer, Integer)]
    ) -> [DifferingPair] {
        pairs.map { a, b in
            DifferingPair(AnyTensor(Tensor([3], [1, a, 0])), AnyTensor(Tensor([3], [1, b, 0])))
        }
    }

    /// The extremes and the smallest steps between integers of a type.
    private static func edges<Integer: FixedWidthInteger & TensorElement>(_: Integer.Type) -> [DifferingPair] {
        let pairs: [(Integer, Integer)] = [
            (.max, .max - 1), (.min, .min + 1), (.min, .max), (0, 1), (.max / 2, .max / 2 + 1),
        ]
        return integers(pairs)
    }

    private static let realsAndBooleans: [DifferingPair] = [
        DifferingPair(.float16(Tensor([2], [1, 2])), .float16(Tensor([2], [1, 2.002]))),
        DifferingPair(.float16(Tensor([1], [65504])), .float16(Tensor([1], [.infinity]))),
        DifferingPair(.float32(Tensor([2], [1, 2])), .float32(Tensor([2], [1, .nan]))),
        DifferingPair(.float32(Tensor([1, 2], [0, 1e20])), .float32(Tensor([1, 2], [0, -1e20]))),
        DifferingPair(.float64(Tensor([], [1e300])), .float64(Tensor([], [1.0000001e300]))),
        DifferingPair(.bool(Tensor([2], [true, false])), .bool(Tensor([2], [true, true]))),
    ]

    private static let signed: [DifferingPair] =
        edges(Int8.self) + edges(Int16.self) + edges(Int32.self) + edges(Int64.self)
        + integers([(Int64.max, Int64.max - 199)])

    private static let unsigned: [DifferingPair] =
        edges(UInt8.self) + edges(UInt16.self) + edges(UInt32.self) + edges(UInt64.self)
        + integers([(UInt64.max, UInt64.max - 1024)])

    static let all: [DifferingPair] = realsAndBooleans + signed + unsigned

    /// The same number in types of different kinds.
    static let differentKinds: [DifferingPair] = [
        DifferingPair(.float32(Tensor([2], [1, 1])), .uint8(Tensor([2], [1, 1]))),
        DifferingPair(.float64(Tensor([2], [1, 0])), .int64(Tensor([2], [1, 0]))),
        DifferingPair(.bool(Tensor([2], [true, false])), .uint8(Tensor([2], [1, 0]))),
        DifferingPair(.bool(Tensor([2], [true, false])), .float16(Tensor([2], [1, 0]))),
    ]
}

/// Tensors of every element type through every comparison: equal ones conform, and those that differ never do.
@Suite struct ElementTypeTests {
    @Test("The pairs are of every type")
    func everyType() {
        #expect(Set(DifferingPair.all.map(\.one.elementType)) == Set(ElementType.allCases))
    }

    private func comparison(
        of candidate: AnyTensor, with baseline: AnyTensor, in directory: String
    ) throws -> NetworkComparison {
        let captures = try [("baseline", baseline), ("candidate", candidate)].map { name, values in
            let path = "\(directory)/\(name).h5"
            let header = CaptureHeader(
                engine: "test", engineVersion: "1", arithmetic: "fp32", modelName: "net",
                modelSHA256: String(repeating: "0", count: 64), adapter: "by hand")
            let writer = try CaptureWriter(header, to: path)
            let input = CaptureCase.Input(name: "x", values: .float32(Tensor([1], [1])))
            let output = CaptureCase.Output(name: "y", node: "n", operator: "Add", isGraphOutput: true, values: values)
            try writer.append(CaptureCase(name: "a", source: "by hand", inputs: [input], tensors: [output]))
            try writer.finish()
            let capture = try CaptureFile(contentsOf: path)
            #expect(try capture.readCase("a").tensors[0].values.littleEndianBytes == values.littleEndianBytes)
            #expect(try capture.readCase("a").tensors[0].values.elementType == values.elementType)
            return capture
        }
        return try NetworkComparison(of: .capture(captures[1]), with: .capture(captures[0]))
    }

    private func verdict(_ network: NetworkComparison) -> Verdict {
        let side = Side(engine: "test")
        return LayerReport(
            baseline: side, candidate: side, thresholds: .float32, deviations: [], networks: [network]
        ).verdict
    }

    @Test("Two captures", arguments: DifferingPair.all + DifferingPair.differentKinds)
    fileprivate func captures(pair: DifferingPair) throws {
        try withTemporaryDirectory { directory in
            for (a, b) in [(pair.one, pair.other), (pair.other, pair.one)] {
                let unequal = verdict(try comparison(of: a, with: b, in: directory))
                #expect(unequal == .doesNotConform)
                let isFinite = a.float64.elements.allSatisfy(\.isFinite)
                let equal = verdict(try comparison(of: a, with: a, in: directory))
                #expect(equal == (isFinite ? .conforms : .doesNotConform))
            }
        }
    }

    /// A network with a constant of the type and a recording that holds it as if a node had given it.
    @Test("A graph's constant and what is recorded of it", arguments: DifferingPair.all)
    fileprivate func constants(pair: DifferingPair) throws {
        for (a, b) in [(pair.one, pair.other), (pair.other, pair.one)] {
            guard a.elementType != .uint64 || a.integers != nil else {
                #expect(throws: GraphError.integersTooLarge("c")) { try graph(with: a) }
                continue
            }
            let layers = LayerThresholds.float32
            for (recorded, isRight) in [(a, a.float64.elements.allSatisfy(\.isFinite)), (b, false)] {
                let input = AnyTensor.float32(Tensor([1], [1]))
                let metrics = try LayerComparison(of: ArithmeticName.fp32.engine(for: graph(with: a)), bound: .float32)
                    .compare(
                        with: RecordedCase(
                            name: "a", source: "", inputs: ["x": input], tensors: ["c": recorded, "y": input]))
                let constant = try #require(metrics.layers.first { $0.layer == "c" })
                let checks = layers.checks(of: constant, network: "net", deviations: [])
                #expect(Verdict(combining: checks.map(\.verdict)) == (isRight ? .conforms : .doesNotConform))
            }
        }
    }

    private func graph(with constant: AnyTensor) throws -> Graph {
        try Graph(
            name: "net", inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(1)])], outputs: ["y"],
            nodes: [Node(name: "n", operator: ActivationFunction.identity, inputs: ["x"], outputs: ["y"])],
            initializers: ["c": constant])
    }

    @Test("Integers of two widths are the same integers")
    func widths() {
        let narrow = AnyTensor.int8(Tensor([2], [-1, 7]))
        #expect(Difference(baseline: narrow, candidate: .int64(Tensor([2], [-1, 7]))).maxAbsDiff == 0)
        let difference = Difference(baseline: narrow, candidate: .uint64(Tensor([2], [.max, 7])))
        #expect(difference.maxAbsDiff == 0x1p64)
        #expect(difference.worst?.index == [0])
        #expect(difference.worst?.baselineBits == "0xff")
    }

    @Test("The bits of integers tell apart what float64 does not")
    func bits() {
        let difference = Difference(
            baseline: .int64(Tensor([1], [.max])), candidate: .int64(Tensor([1], [.max - 199])))
        #expect(difference.maxAbsDiff == 199 && difference.maxUlpDiff == 199)
        #expect(difference.worst?.baselineBits == "0x7fffffffffffffff")
        #expect(difference.worst?.candidateBits == "0x7fffffffffffff38")
    }

    @Test("A bundled recording that Python wrote holds booleans")
    func fromPython() throws {
        let file = try CaptureFile(contentsOf: fixtures.appendingPathComponent("captures/nchw/pnet.h5").path)
        let types = Set(try file.readCase(file.caseNames[0]).tensors.map(\.values.elementType))
        #expect(types == [.float32, .bool])
    }
}
