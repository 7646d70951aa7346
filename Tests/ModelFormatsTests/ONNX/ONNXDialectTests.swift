import Engines
import Foundation
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// A bundled network in one of the two dialects: transposed images with channels last, upright ones with channels
/// first.
private struct DialectCase: CustomTestStringConvertible {
    let file: String
    let opset: Int
    /// Without constants; in the second dialect a PReLU takes four: Less, Not, Mul, Where.
    let nodes: Int
    let input: Shape
    let outputs: [String: Shape]

    var testDescription: String { file }

    static let all = [
        DialectCase(
            file: "pnet", opset: 12, nodes: 13, input: [2, 13, 15, 3],
            outputs: ["conv2d_4": [2, 2, 3, 4], "softmax": [2, 2, 3, 2]]),
        DialectCase(
            file: "rnet", opset: 12, nodes: 19, input: [2, 24, 24, 3],
            outputs: ["dense_2": [2, 4], "softmax_1": [2, 2]]),
        DialectCase(
            file: "onet", opset: 12, nodes: 24, input: [1, 48, 48, 3],
            outputs: ["dense_5": [1, 4], "dense_6": [1, 10], "softmax_2": [1, 2]]),
        DialectCase(
            file: "nchw/pnet", opset: 11, nodes: 17, input: [2, 3, 15, 13], outputs: ["output": [2, 6, 3, 2]]),
        DialectCase(file: "nchw/rnet", opset: 11, nodes: 25, input: [2, 3, 24, 24], outputs: ["output": [2, 6]]),
        DialectCase(file: "nchw/onet", opset: 11, nodes: 31, input: [1, 3, 48, 48], outputs: ["output": [1, 16]]),
    ]
}

@Suite struct ONNXDialectTests {
    @Test("The bundled networks are read and computed in both dialects", arguments: DialectCase.all)
    private func run(dialect: DialectCase) throws {
        let model = try Model(contentsOf: fixtures.appendingPathComponent("models/\(dialect.file).onnx").path)
        let provenance = try #require(model.provenance as? ONNXProvenance)
        #expect(provenance.opset == dialect.opset)
        #expect(model.graph.nodes.count == dialect.nodes)
        let input = try #require(model.graph.inputs.first)
        #expect(model.graph.inputs.count == 1)

        var random = RandomNumbers(seed: 1)
        let images = AnyTensor.float32(random.floats(dialect.input, in: -1...1))
        let outputs = try ArithmeticName.fp32.engine(for: model.graph).run([input.name: images])
        #expect(outputs.mapValues(\.shape) == dialect.outputs)
        for values in outputs.values { #expect(values.float64.elements.first { !$0.isFinite } == nil) }
        let types = try model.graph.tensorTypes(for: [input.name: dialect.input])
        #expect(model.graph.outputs.map { types[$0]?.shape } == model.graph.outputs.map { dialect.outputs[$0] })
    }
}
