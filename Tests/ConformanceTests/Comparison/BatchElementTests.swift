import Captures
import Engines
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Conformance

/// A model that takes one element at a time, against a recording of batches.
@Suite struct BatchElementTests {
    /// relu(x) for x of shape [1, 3].
    private func model() throws -> Model {
        let graph = try Graph(
            name: "one", inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(1), .fixed(3)])],
            outputs: ["y"],
            nodes: [Node(name: "relu", operator: ActivationFunction.relu, inputs: ["x"], outputs: ["y"])],
            initializers: [:])
        return try Model(
            CoreMLPackageContents(graph, shapes: [:], form: PackageForm(.fp32), name: "one", sourceSHA256: ""),
            path: "one.mlpackage")
    }

    private func comparison(_ x: Tensor<Float>, _ y: Tensor<Float>) throws -> NetworkComparison {
        try withTemporaryDirectory { directory in
            let model = try model()
            let path = "\(directory)/recorded.h5"
            let writer = try CaptureWriter(
                CaptureHeader(
                    engine: "theirs", engineVersion: "1", arithmetic: "fp32", modelName: model.name,
                    modelSHA256: model.sha256, adapter: "by hand"), to: path)
            let outputs = model.graph.outputs.map {
                CaptureCase.Output(name: $0, node: "relu", operator: "Relu", isGraphOutput: true, values: .float32(y))
            }
            let inputs = model.graph.inputs.map { CaptureCase.Input(name: $0.name, values: .float32(x)) }
            try writer.append(CaptureCase(name: "a", source: "a test", inputs: inputs, tensors: outputs))
            try writer.finish()
            return try NetworkComparison(of: .model(model, .fp32), with: .capture(CaptureFile(contentsOf: path)))
        }
    }

    @Test("Each element of a recorded batch is a case, and it is told")
    func elements() throws {
        let comparison = try comparison(Tensor([2, 3], [1, -2, 3, -4, 5, -6]), Tensor([2, 3], [1, 0, 3, 0, 5, 0]))
        #expect(comparison.cases.map(\.name) == ["a [0]", "a [1]"])
        #expect(comparison.cases.flatMap(\.layers).allSatisfy { $0.cumulative.difference.maxAbsDiff == 0 })
        #expect(comparison.alignment?.contains { $0.contains("element by element") } == true)
    }

    @Test("An element that is wrong is so in its own case")
    func wrongElement() throws {
        let comparison = try comparison(Tensor([2, 3], [1, -2, 3, -4, 5, -6]), Tensor([2, 3], [1, 0, 3, 0, 5, 7]))
        #expect(comparison.cases.map { $0.layers.map(\.cumulative.difference.maxAbsDiff) } == [[0], [7]])
    }

    @Test("A single element is the case itself")
    func one() throws {
        let comparison = try comparison(Tensor([1, 3], [1, -2, 3]), Tensor([1, 3], [1, 0, 3]))
        #expect(comparison.cases.map(\.name) == ["a"])
    }
}
