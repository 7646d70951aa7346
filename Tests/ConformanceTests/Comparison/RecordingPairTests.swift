import Captures
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Conformance

/// Two recordings of one network.
@Suite struct RecordingPairTests {
    private let x = AnyTensor.float32(Tensor([1, 3], [1, -2, 3]))
    private let y = AnyTensor.float32(Tensor([1, 3], [1, 0, 3]))

    private func recording(
        _ name: String, in directory: String, sha256: String = "00", inputs: [String]
    ) throws -> ComparedSide {
        let path = "\(directory)/\(name).h5"
        let writer = try CaptureWriter(
            CaptureHeader(
                engine: name, engineVersion: "1", arithmetic: "fp32", modelName: "relu", modelSHA256: sha256,
                adapter: "by hand"), to: path)
        try writer.append(
            CaptureCase(
                name: "a", source: "a test", inputs: inputs.map { .init(name: $0, values: x) },
                tensors: [.init(name: "y", node: "relu", operator: "Relu", isGraphOutput: true, values: y)]))
        try writer.finish()
        return .capture(try CaptureFile(contentsOf: path))
    }

    @Test("The only input of each side is the same input under any name")
    func otherName() throws {
        try withTemporaryDirectory { directory in
            let comparison = try NetworkComparison(
                of: recording("theirs", in: directory, inputs: ["data"]),
                with: recording("ours", in: directory, inputs: ["x"]))
            #expect(comparison.layers.map(\.cumulative.difference.maxAbsDiff) == [0])
        }
    }

    @Test("Of several inputs each has its name")
    func severalNames() throws {
        try withTemporaryDirectory { directory in
            let ours = try recording("ours", in: directory, inputs: ["x", "z"])
            #expect(throws: CaptureError.self) {
                try NetworkComparison(of: recording("theirs", in: directory, inputs: ["data", "z"]), with: ours)
            }
        }
    }

    @Test("Sides of two files are told, and sides of one are not")
    func files() throws {
        try withTemporaryDirectory { directory in
            let ours = try recording("ours", in: directory, inputs: ["x"])
            for (sha256, isTold) in [("00", false), ("ff", true)] {
                let theirs = try recording("theirs", in: directory, sha256: sha256, inputs: ["x"])
                let lines = try NetworkComparison(of: theirs, with: ours).alignment ?? []
                #expect(lines.contains { $0.contains("the sides are not of one file") } == isTold)
            }
        }
    }

    @Test("Integers drawn from a seed are the last digits of SplitMix64's numbers")
    func drawnIntegers() throws {
        let graph = try Graph(
            name: "same", inputs: [.init(name: "x", elementType: .int64, dimensions: [.fixed(5)])], outputs: ["y"],
            nodes: [Node(name: "same", operator: ActivationFunction.identity, inputs: ["x"], outputs: ["y"])],
            initializers: [:])
        let inputs = try ComparedInputs(for: graph, seed: 1_234_567)
        // Of 6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821.
        #expect(inputs.cases[0].inputs[0].values == .int64(Tensor([5], [7, 3, 3, 1, 1])))
    }
}
