import NetworkGraph
import Tensors
import Testing

@Suite struct TypeInferenceTests {
    /// x [N, 2, height, 5] -> 3x3 convolution to 4 channels -> flattened by a shape that is a constant.
    private let graph: Graph
    private let dimensions: [Graph.Dimension] = [.symbolic("N"), .fixed(2), .symbolic(""), .fixed(5)]

    init() throws {
        graph = try Graph(
            name: "test", inputs: [.init(name: "x", elementType: .float16, dimensions: dimensions)],
            outputs: ["rows"],
            nodes: [
                Node(name: "conv", operator: Convolution(), inputs: ["x", "weights"], outputs: ["maps"]),
                Node(name: "reshape", operator: Reshape(), inputs: ["maps", "shape"], outputs: ["rows"]),
            ],
            initializers: [
                "weights": .float32(Tensor([4, 2, 3, 3], repeating: 1)), "shape": .int64(Tensor([2], [0, -1])),
            ])
    }

    @Test("Every tensor has its type: inputs, constants and what the nodes give")
    func types() throws {
        let types = try graph.tensorTypes(for: ["x": [7, 2, 4, 5]])
        #expect(types["x"] == .real([7, 2, 4, 5]))
        #expect(types["weights"] == .real([4, 2, 3, 3]))
        #expect(types["shape"] == TensorType(.integer, [2], integers: [0, -1]))
        #expect(types["maps"] == .real([7, 4, 2, 3]))
        #expect(types["rows"] == .real([7, 24]))
        #expect(types.count == 5)
    }

    @Test("A node that does not fit its tensors is named, with its operator and their shapes")
    func badNode() {
        #expect {
            try graph.tensorTypes(for: ["x": [1, 2, 2, 5]])
        } throws: { error in
            guard case .badNode("conv", "Conv", ["[1, 2, 2, 5]", "[4, 2, 3, 3]"], _)? = error as? GraphError else {
                return false
            }
            return true
        }
    }

    @Test(
        "Numbers of every precision are real, others integer or boolean",
        arguments: [
            (ElementType.float16, TensorType.Kind.real), (.float32, .real), (.float64, .real), (.int64, .integer),
            (.bool, .boolean),
        ])
    func kinds(type: ElementType, kind: TensorType.Kind) throws {
        let graph = try Graph(
            name: "test", inputs: [.init(name: "x", elementType: type, dimensions: [.fixed(3)])], outputs: ["x"],
            nodes: [], initializers: [:])
        #expect(try graph.tensorTypes()["x"] == TensorType(kind, [3]))
    }

    @Test("More outputs than an operator has are refused")
    func tooManyOutputs() {
        let node = Node(
            name: "pool", operator: MaxPool(window: .init(kernel: [2])), inputs: ["x"], outputs: ["y", "indices"])
        #expect {
            try node.outputTypes(in: ["x": .real([1, 1, 4])])
        } throws: { error in
            "\(error)".contains("node \"pool\" (MaxPool of [1, 1, 4]) has 2 outputs")
        }
    }
}
