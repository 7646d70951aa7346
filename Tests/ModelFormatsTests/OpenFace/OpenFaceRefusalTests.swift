import ModelFormats
import NetworkGraph
import Tensors
import Testing

/// A chain of two channels: each operator takes what the one before gives, and its constants.
private func chain(
    _ operations: [(any Operator, [AnyTensor])],
    input: [Graph.Dimension] = [.symbolic("N"), .fixed(2), .fixed(9), .fixed(9)],
    outputs: [String]? = nil
) throws -> Graph {
    var nodes = [Node]()
    var initializers = [String: AnyTensor]()
    for (index, (operation, constants)) in operations.enumerated() {
        let names = constants.indices.map { "constant\(index).\($0)" }
        for (name, constant) in zip(names, constants) { initializers[name] = constant }
        nodes.append(
            Node(
                name: "node\(index)", operator: operation, inputs: [index == 0 ? "input" : "node\(index - 1)"] + names,
                outputs: ["node\(index)"]))
    }
    return try Graph(
        name: "chain", inputs: [.init(name: "input", elementType: .float32, dimensions: input)],
        outputs: outputs ?? ["node\(operations.count - 1)"], nodes: nodes, initializers: initializers)
}

private func zeros(_ shape: Shape) -> AnyTensor { .float32(Tensor(shape, repeating: 0)) }

private let kernels = zeros([3, 2, 2, 2])

@Suite struct OpenFaceRefusalTests {
    @Test(
        "A graph that does more than a file can hold is refused at the node where it does",
        arguments: [
            ([(Convolution(strides: [2, 2]), [kernels])], "node \"node0\" (Conv) has padding, strides"),
            ([(Convolution(padding: .sameUpper), [kernels])], "node \"node0\" (Conv) has padding, strides"),
            ([(Convolution(), [kernels, zeros([1])])], "node \"chain\" (graph) cannot be computed"),
            ([(Convolution(), [kernels]), (ActivationFunction.relu, [])], "node \"node1\" (Relu)"),
            ([(PReLU(), [zeros([2, 9, 1])])], "slopes [2, 9, 1]"),
            // SAME_UPPER has 5 positions along an axis of 9, the last of them over the border by one.
            (
                [(MaxPool(window: .init(kernel: [3, 3], strides: [2, 2], padding: .sameUpper)), [])],
                "does not have 4 positions"
            ),
            ([(Flatten(), [])], "another order than x, then y"),
            ([(Transpose(permutation: [0, 1, 3, 2]), []), (Flatten(axis: 2), [])], "does not keep images apart"),
            ([(Softmax(axis: 3), [])], "is not over the two logits"),
            (
                [(Softmax(axis: 1), []), (ActivationFunction.sigmoid, [])],
                "node \"node1\" (Sigmoid) follows the softmax"
            ),
        ] as [([(any Operator, [AnyTensor])], String)])
    func notExpressible(operations: [(any Operator, [AnyTensor])], reason: String) throws {
        let graph = try chain(operations)
        #expect {
            try OpenFaceModel(graph: graph)
        } throws: { error in
            "\(error)".contains(reason)
        }
    }

    @Test("A pool whose rounding differs on some extents is refused where the extents are open")
    func openExtents() throws {
        let window = SlidingWindow(kernel: [3, 3], strides: [2, 2])
        let open: [Graph.Dimension] = [.symbolic("N"), .fixed(2), .symbolic("height"), .symbolic("width")]
        let nineByNine = try chain([(MaxPool(window: window), [])])
        #expect(try OpenFaceModel(graph: nineByNine).layers.count == 1)
        #expect {
            try OpenFaceModel(graph: chain([(MaxPool(window: window), [])], input: open))
        } throws: { error in
            "\(error)".contains("along an axis of 4")
        }
    }

    @Test("Extents, kernels and strides beyond all measure are refused, not computed with")
    func absurdNumbers() throws {
        let window = SlidingWindow(kernel: [.max, .max], strides: [.max, .max])
        for extent in [Graph.Dimension.symbolic("height"), .fixed(.max), .fixed(1 << 31)] {
            #expect(throws: OpenFaceError.self) {
                try OpenFaceModel(
                    graph: chain([(MaxPool(window: window), [])], input: [.symbolic("N"), .fixed(2), extent, extent]))
            }
        }
    }

    @Test("An inner output, and an input that is not an image, are refused")
    func ends() throws {
        let layers: [(any Operator, [AnyTensor])] = [(Convolution(), [kernels]), (ActivationFunction.sigmoid, [])]
        #expect(throws: OpenFaceError.self) {
            try OpenFaceModel(graph: chain(layers, outputs: ["node0", "node1"]))
        }
        #expect(throws: OpenFaceError.self) {
            try OpenFaceModel(graph: chain(layers, input: [.symbolic("N"), .fixed(2)]))
        }
    }

    @Test(
        "Layers that do not fit each other, and pools that no ONNX operator computes, are refused",
        arguments: [
            ([.sigmoid], "layer 0 (sigmoid) comes first"),
            ([.convolution(convolution), .convolution(convolution)], "layer 1 (convolution) takes 2 maps, not 3 maps"),
            ([.convolution(convolution), .prelu(slopes: [0])], "layer 1 (PReLU) has 1 slopes for 3 maps"),
            ([.convolution(convolution), .fullyConnected(dense)], "layer 1 (fully connected) takes 4 numbers"),
            (
                [.convolution(convolution), .maxPool(.init(kernelX: 3, kernelY: 3, strideX: 3, strideY: 3))],
                "layer 1 (max-pool) has strides"
            ),
        ] as [([OpenFaceModel.Layer], String)])
    func notComputable(layers: [OpenFaceModel.Layer], reason: String) {
        #expect {
            try OpenFaceModel(layers: layers).graph(.upright, name: "unfit")
        } throws: { error in
            "\(error)".contains(reason)
        }
    }
}

private let convolution = OpenFaceModel.Convolution(
    weights: Tensor([3, 2, 2, 2], repeating: 0), bias: [0, 0, 0])
private let dense = OpenFaceModel.FullyConnected(weights: Tensor([4, 1], repeating: 0), bias: [0])
