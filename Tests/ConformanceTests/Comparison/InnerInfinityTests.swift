import Captures
import Engines
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Conformance

/// tanh(exp(relu(x))), whose inner tensor is infinite at x = 200 and whose output is finite everywhere.
@Suite struct InnerInfinityTests {
    private let x = AnyTensor.float32(Tensor([1, 3], [-1, 0.5, 200]))

    private func model() throws -> Model {
        let graph = try Graph(
            name: "saturating",
            inputs: [Graph.Input(name: "x", elementType: .float32, dimensions: [.fixed(1), .fixed(3)])],
            outputs: ["y"],
            nodes: [
                Node(name: "relu", operator: ActivationFunction.relu, inputs: ["x"], outputs: ["first"]),
                Node(name: "exp", operator: ActivationFunction.exponential, inputs: ["first"], outputs: ["inner"]),
                Node(name: "tanh", operator: ActivationFunction.tanh, inputs: ["inner"], outputs: ["y"]),
            ], initializers: [:])
        return try Model(
            CoreMLPackageContents(graph, shapes: [:], form: PackageForm(.fp32), name: "saturating", sourceSHA256: ""),
            path: "saturating.mlpackage")
    }

    /// What the model and a recording of what it computes come to, either of them the candidate.
    private func comparisons(
        recording tensors: (_ name: String, _ isOutput: Bool, _ values: AnyTensor) -> AnyTensor?
    ) throws -> [NetworkComparison] {
        try withTemporaryDirectory { directory in
            let model = try model()
            let input = try #require(model.graph.inputs.first).name
            let path = "\(directory)/recorded.h5"
            let writer = try CaptureWriter(
                CaptureHeader(
                    engine: "theirs", engineVersion: "1", arithmetic: "fp32", modelName: model.name,
                    modelSHA256: model.sha256, adapter: "by hand"), to: path)
            var outputs = [CaptureCase.Output]()
            _ = try ArithmeticName.fp32.engine(for: model.graph).run([input: x]) { activation in
                let isOutput = model.graph.outputs.contains(activation.name)
                if let values = tensors(activation.name, isOutput, activation.values) {
                    outputs.append(
                        .init(
                            name: activation.name, node: activation.node.name, operator: activation.node.operator.name,
                            isGraphOutput: isOutput, values: values))
                }
            }
            try writer.append(
                CaptureCase(name: "a", source: "a test", inputs: [.init(name: input, values: x)], tensors: outputs))
            try writer.finish()
            let (own, theirs) = try (
                ComparedSide.model(model, .fp32), ComparedSide.capture(CaptureFile(contentsOf: path))
            )
            return try [
                NetworkComparison(of: theirs, with: own), NetworkComparison(of: own, with: theirs),
            ]
        }
    }

    @Test("Where a recording holds outputs alone, an inner infinity of the model leaves them judged")
    func outputsAlone() throws {
        for comparison in try comparisons(recording: { _, isOutput, values in isOutput ? values : nil }) {
            #expect(comparison.layersNotCompared == [])
            #expect(comparison.cases.flatMap(\.layers).map(\.isOutput) == [true])
        }
    }

    @Test("Where a recording holds layers and lacks the infinite one, that one is not judged")
    func layerMissing() throws {
        let comparisons = try comparisons { _, _, values in
            values.float64.elements.allSatisfy(\.isFinite) ? values : nil
        }
        for comparison in comparisons {
            #expect(comparison.layersNotCompared.count == 1)
            #expect(comparison.cases.flatMap(\.layers).count == 2)
        }
    }
}
