import NetworkGraph
import Tensors
import Testing

@Suite struct MemoryDemandTests {
    /// A graph of one input of some shape.
    private func graph(_ shape: Shape, _ nodes: [Node], _ initializers: [String: AnyTensor] = [:]) throws -> Graph {
        try Graph(
            name: "g",
            inputs: [.init(name: "x", elementType: .float32, dimensions: shape.dimensions.map { .fixed($0) })],
            outputs: ["y"], nodes: nodes, initializers: initializers)
    }

    private func check(_ graph: Graph, bytesPerNumber: Int = 4, keepsEveryTensor: Bool = false) throws {
        try graph.checkMemory(
            graph.tensorTypes(), bytesPerNumber: bytesPerNumber, keepsEveryTensor: keepsEveryTensor)
    }

    @Test("A small graph whose result is larger than the limit is refused at its node, with shapes and bytes")
    func largeResult() throws {
        let graph = try graph(
            [46340, 1], [Node(name: "product", operator: MatMul(), inputs: ["x", "row"], outputs: ["y"])],
            ["row": .float32(Tensor([1, 46340], repeating: 0))])
        #expect {
            try check(graph)
        } throws: { error in
            "\(error)".contains(
                "node \"product\" (MatMul of [46340, 1], [1, 46340]) gives [46340, 46340], 8589582400 bytes")
                && "\(error)".contains("--max-memory")
        }
        try check(graph, bytesPerNumber: 1)
    }

    @Test("Padding counts, although what comes out is small")
    func padding() throws {
        let window = SlidingWindow(
            kernel: [1, 1], strides: [20000, 20000],
            padding: .explicit(begin: [15000, 15000], end: [20000, 20000]))
        let pool = try graph(
            [1, 1, 4, 4], [Node(name: "pool", operator: MaxPool(window: window), inputs: ["x"], outputs: ["y"])])
        #expect {
            try check(pool)
        } throws: { error in
            "\(error)".contains("lays out 4901120")
        }
    }

    @Test("Tensors count as long as a later node takes them, or for good where all are kept")
    func liveSet() throws {
        let count = 1 << 28  // 1 GiB of float32
        func relu(_ input: String, _ output: String) -> Node {
            Node(name: output, operator: ActivationFunction.relu, inputs: [input], outputs: [output])
        }
        let chain = try graph(
            [count], [relu("x", "a"), relu("a", "b"), relu("b", "c"), relu("c", "d"), relu("d", "y")])
        try check(chain)
        #expect(throws: GraphError.self) { try check(chain, keepsEveryTensor: true) }
        let branches = try graph(
            [count],
            [relu("x", "a"), relu("x", "b"), relu("x", "c"), relu("x", "d")]
                + [Node(name: "y", operator: Concat(axis: 0), inputs: ["a", "b", "c", "d"], outputs: ["y"])])
        #expect {
            try check(branches)
        } throws: { error in
            "\(error)".contains("node \"d\"")
        }
    }
}
