import Conformance
import Engines
import NetworkGraph
import TestSupport
import Tensors

/// A network with the operators of the face networks, small enough for tests.
package struct SmallNetwork {
    package var initializers: [String: AnyTensor]

    package init() {
        var random = RandomNumbers(seed: 7)
        func weights(_ shape: Shape) -> AnyTensor { .float32(random.floats(shape, in: -1...1)) }
        initializers = [
            "conv.weights": weights([6, 3, 3, 3]), "conv.bias": weights([6]), "slope": weights([6, 1, 1]),
            "dense.weights": weights([24, 4]), "dense.bias": weights([4]),
        ]
    }

    package static let layers = ["conv", "prelu", "pool", "flatten", "product", "dense", "softmax"]

    package func graph() throws -> Graph {
        func node(_ operation: any Operator, _ inputs: [String], _ output: String) -> Node {
            Node(name: "node of \(output)", operator: operation, inputs: inputs, outputs: [output])
        }
        return try Graph(
            name: "small",
            inputs: [
                Graph.Input(
                    name: "x", elementType: .float32,
                    dimensions: [.symbolic("N"), .fixed(3), .fixed(6), .fixed(6)])
            ], outputs: ["softmax"],
            nodes: [
                node(Convolution(), ["x", "conv.weights", "conv.bias"], "conv"),
                node(PReLU(), ["conv", "slope"], "prelu"),
                node(
                    MaxPool(window: SlidingWindow(kernel: [3, 3], strides: [2, 2], ceilMode: true)), ["prelu"], "pool"),
                node(Flatten(), ["pool"], "flatten"),
                node(MatMul(), ["flatten", "dense.weights"], "product"),
                node(BinaryArithmetic.add, ["product", "dense.bias"], "dense"),
                node(Softmax(axis: -1), ["dense"], "softmax"),
            ], initializers: initializers)
    }

    /// What an arithmetic gives for random inputs, as a recording.
    package func recorded(in arithmetic: ArithmeticName, outputsOnly: Bool = false) throws -> RecordedCase {
        var random = RandomNumbers(seed: 11)
        let inputs = ["x": AnyTensor.float32(random.floats([2, 3, 6, 6], in: -1...1))]
        var tensors = [String: AnyTensor]()
        let graph = try graph()
        _ = try arithmetic.engine(for: graph).run(inputs) { activation in
            if !outputsOnly || graph.outputs.contains(activation.name) { tensors[activation.name] = activation.values }
        }
        return RecordedCase(name: "case", source: "random", inputs: inputs, tensors: tensors)
    }
}
