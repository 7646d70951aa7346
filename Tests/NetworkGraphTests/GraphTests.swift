import NetworkGraph
import Tensors
import Testing

/// A node that takes some tensors and gives others, whatever it computes.
private func node(_ name: String, _ inputs: [String?], _ outputs: [String]) -> Node {
    Node(name: name, operator: ActivationFunction.relu, inputs: inputs, outputs: outputs)
}

private func graph(
    _ nodes: [Node], inputs: [String] = ["x"], outputs: [String], initializers: [String] = []
) throws(GraphError) -> Graph {
    try Graph(
        name: "test", inputs: inputs.map { .init(name: $0, elementType: .float32, dimensions: [.fixed(1)]) },
        outputs: outputs, nodes: nodes,
        initializers: Dictionary(
            uniqueKeysWithValues: initializers.map { ($0, AnyTensor.float32(Tensor([1], [0]))) }))
}

@Suite struct GraphTests {
    @Test("Nodes that are given in an order of computation keep it")
    func keepsOrder() throws {
        let nodes = [node("a", ["x"], ["1"]), node("b", ["x"], ["2"]), node("c", ["2", "1"], ["3"])]
        #expect(try graph(nodes, outputs: ["3"]).nodes.map(\.name) == ["a", "b", "c"])
        #expect(try graph([nodes[1], nodes[0], nodes[2]], outputs: ["3"]).nodes.map(\.name) == ["b", "a", "c"])
    }

    @Test("Nodes given backwards are brought into an order in which each follows those it depends on")
    func sorts() throws {
        let chain = (1...50).map { node("n\($0)", ["\($0 - 1)"], ["\($0)"]) }
        let sorted = try graph(chain.reversed(), inputs: ["0"], outputs: ["50"])
        #expect(sorted.nodes.map(\.name) == chain.map(\.name))
    }

    @Test("Ten thousand nodes given backwards take no longer to order than a few times those given forwards")
    func sortsInLinearTime() throws {
        let chain = (1...10_000).map { node("n\($0)", ["\($0 - 1)"], ["\($0)"]) }
        let clock = ContinuousClock()
        var forwards: Graph?
        var backwards: Graph?
        let quick = try clock.measure { forwards = try graph(chain, inputs: ["0"], outputs: ["10000"]) }
        let slow = try clock.measure { backwards = try graph(chain.reversed(), inputs: ["0"], outputs: ["10000"]) }
        #expect(backwards?.nodes.map(\.name) == forwards?.nodes.map(\.name))
        // Passes over all that is left would take 5,000 times as long.
        #expect(slow < quick * 50 + .milliseconds(100))
    }

    @Test(
        "A node that two later ones wait for is placed once, and the later ones as early as the given order lets them")
    func mixedOrder() throws {
        let nodes = [
            node("d", ["c", "a"], ["d"]), node("a", ["x"], ["a"]), node("c", ["b", "a"], ["c"]),
            node("b", ["a"], ["b"]),
            node("e", ["a", "a"], ["e"]),
        ]
        #expect(try graph(nodes, outputs: ["d"]).nodes.map(\.name) == ["a", "b", "e", "c", "d"])
    }

    @Test("An omitted optional input is not a dependency")
    func leftOut() throws {
        #expect(try graph([node("a", ["x", nil], ["y"])], outputs: ["y"]).nodes.count == 1)
    }

    @Test("An input or a constant may itself be an output")
    func passedThrough() throws {
        let passed = try graph([node("a", ["x", "w"], ["y"])], outputs: ["x", "w", "y"], initializers: ["w"])
        #expect(passed.outputs == ["x", "w", "y"])
    }

    @Test("Nodes that depend on each other are refused, and only they are named")
    func cycle() {
        let nodes = [
            node("before", ["x"], ["1"]), node("a", ["1", "3"], ["2"]), node("b", ["2"], ["3"]),
            node("itself", ["4"], ["4"]), node("behind", ["3"], ["5"]), node("farther", ["5", "4"], ["6"]),
        ]
        #expect(throws: GraphError.cycle(nodes: ["a", "b", "itself"])) { try graph(nodes, outputs: ["1"]) }
    }

    @Test("A name that nothing defines is refused, at the node that takes it")
    func undefined() {
        #expect(throws: GraphError.undefinedName("z", node: "b")) {
            try graph([node("a", ["x"], ["y"]), node("b", ["z"], ["w"])], outputs: ["w"])
        }
        #expect(throws: GraphError.undefinedOutput("z")) { try graph([node("a", ["x"], ["y"])], outputs: ["y", "z"]) }
    }

    @Test("A name that is defined twice is refused, whoever defines it")
    func definedTwice() {
        #expect(throws: GraphError.duplicateName("y", definer: "node \"b\"")) {
            try graph([node("a", ["x"], ["y"]), node("b", ["x"], ["y"])], outputs: ["y"])
        }
        #expect(throws: GraphError.duplicateName("y", definer: "node \"a\"")) {
            try graph([node("a", ["x"], ["y", "y"])], outputs: ["y"])
        }
        #expect(throws: GraphError.duplicateName("x", definer: "node \"a\"")) {
            try graph([node("a", ["x"], ["x"])], outputs: ["x"])
        }
        #expect(throws: GraphError.duplicateName("w", definer: "node \"a\"")) {
            try graph([node("a", ["x"], ["w"])], outputs: ["w"], initializers: ["w"])
        }
        #expect(throws: GraphError.duplicateName("x", definer: "an input")) {
            try graph([], inputs: ["x", "x"], outputs: ["x"])
        }
        #expect(throws: GraphError.duplicateName("x", definer: "an input")) {
            try graph([], outputs: ["x"], initializers: ["x"])
        }
    }

    @Test("A graph without outputs is refused")
    func noOutputs() {
        #expect(throws: GraphError.noOutputs) { try graph([node("a", ["x"], ["y"])], outputs: []) }
    }

    @Test("Errors say which node, operator and tensors are meant")
    func messages() {
        let error = GraphError.badNode("conv1", operator: "Conv", inputs: ["[1, 3]", "nothing"], reason: "is wrong")
        #expect("\(error)" == "node \"conv1\" (Conv of [1, 3], nothing) is wrong")
        #expect("\(GraphError.cycle(nodes: ["a", "b"]))".contains("\"a\", \"b\""))
    }
}
