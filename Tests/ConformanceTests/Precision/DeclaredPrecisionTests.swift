import Conformance
import NetworkGraph
import Tensors
import Testing

/// What a graph's types say of its precision.
@Suite struct DeclaredPrecisionTests {
    private let weights16 = AnyTensor.float16(Tensor([2, 2, 1, 1], repeating: 0.5))
    private let weights8 = AnyTensor.int8(Tensor([2, 2, 1, 1], repeating: 3))
    private let scale = AnyTensor.float32(Tensor([], [0.5]))

    private func words(_ nodes: [Node], _ constants: [String: AnyTensor]) throws -> String? {
        let input = Graph.Input(
            name: "x", elementType: .float32, dimensions: [.fixed(1), .fixed(2), .fixed(3), .fixed(3)])
        let graph = try Graph(
            name: "g", inputs: [input], outputs: ["y"], nodes: nodes, initializers: constants)
        return DeclaredPrecision(of: graph).words
    }

    private func convolution(_ x: String = "x", _ weights: String = "w", giving output: String = "y") -> Node {
        Node(name: output, operator: Convolution(), inputs: [x, weights], outputs: [output])
    }

    @Test("Weights that are cast are stored in another precision than they are computed with")
    func casts() throws {
        let cast = Node(name: "cast", operator: Cast(to: .float(.binary32)), inputs: ["w16"], outputs: ["w"])
        #expect(try words([cast, convolution()], ["w16": weights16]) == "float16 weights, float32 arithmetic")
        #expect(try words([convolution()], ["w": weights16]) == "float16")
    }

    @Test("A layer whose input and weights are dequantised is one of integers; one whose weights alone are is not")
    func quantized() throws {
        let dequantized = Node(name: "dw", operator: DequantizeLinear(), inputs: ["w8", "s"], outputs: ["w"])
        let quantize = Node(name: "q", operator: QuantizeLinear(), inputs: ["x", "s"], outputs: ["xq"])
        let dequantize = Node(name: "dq", operator: DequantizeLinear(), inputs: ["xq", "s"], outputs: ["xd"])
        let constants = ["w8": weights8, "s": scale, "wf": AnyTensor.float32(Tensor([2, 2, 1, 1], repeating: 1))]
        #expect(
            try words([dequantized, convolution()], constants) == "int8 weights, float32 arithmetic")
        #expect(
            try words([dequantized, quantize, dequantize, convolution("xd")], constants)
                == "int8 convolutions, float32 elsewhere")
        let both = [dequantized, quantize, dequantize, convolution("xd", giving: "z"), convolution("z", "wf")]
        #expect(try words(both, constants) == "int8 in 1 of 2 convolutions, float32 elsewhere")
    }

    @Test("Nothing is said of a graph without weights")
    func withoutLayers() throws {
        #expect(
            try words([Node(name: "n", operator: ActivationFunction.relu, inputs: ["x"], outputs: ["y"])], [:]) == nil)
    }
}
