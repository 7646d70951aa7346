import Engines
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// Fused networks of the bundled models against the engine that computes them operator by operator.
@Suite struct FusedBundledModelTests {
    struct BundledModel: Sendable, CustomTestStringConvertible {
        let name: String
        let imageAxes: [MapAxis]
        /// The outputs without the softmax that one of them goes through.
        let outputs: [String]
        let images: Shape

        var testDescription: String { name }
    }

    static let models: [BundledModel] = [
        BundledModel(
            name: "pnet.onnx", imageAxes: transposed, outputs: ["push_transpose_out_2", "conv2d_4"],
            images: [2, 19, 32, 3]),
        BundledModel(
            name: "rnet.onnx", imageAxes: transposed, outputs: ["biased_tensor_name1", "dense_2"],
            images: [3, 24, 24, 3]),
        BundledModel(
            name: "onet.onnx", imageAxes: transposed, outputs: ["biased_tensor_name2", "dense_5", "dense_6"],
            images: [1, 48, 48, 3]),
        BundledModel(name: "nchw/pnet.onnx", imageAxes: upright, outputs: ["output"], images: [1, 33, 18, 3]),
        BundledModel(name: "nchw/rnet.onnx", imageAxes: upright, outputs: ["output"], images: [2, 24, 24, 3]),
        BundledModel(name: "nchw/onet.onnx", imageAxes: upright, outputs: ["output"], images: [1, 48, 48, 3]),
    ]
    private static let transposed: [MapAxis] = [.image, .column, .row, .channel]
    private static let upright: [MapAxis] = [.image, .channel, .row, .column]
    static let arithmetics: [ArithmeticName] = ArithmeticName.allCases.filter(\.formats.suitLayerKernels)

    @Test("A fused network gives the bits of the operators", arguments: models, arithmetics)
    func equalsOperators(model: BundledModel, arithmetic: ArithmeticName) throws {
        let graph = try Model(contentsOf: fixtures.appendingPathComponent("models/\(model.name)").path).graph
        let logits = try Graph(
            name: graph.name, inputs: graph.inputs, outputs: model.outputs,
            nodes: graph.nodes.filter { !($0.operator is Softmax) }, initializers: graph.initializers)
        var random = RandomNumbers(seed: 7)
        let images = random.floats(model.images, in: -1...1)

        let fused = try FusedNetwork(
            graph, imageAxes: model.imageAxes, outputs: model.outputs, arithmetic: arithmetic
        ).evaluate(images)
        let defined = try OperatorOutputs(
            arithmetic.engine(for: logits), images, imageAxes: model.imageAxes, outputs: model.outputs)
        #expect(fused.shape == defined.tensor.shape)
        #expect(firstDifference(fused, defined.tensor) == nil)
    }
}
