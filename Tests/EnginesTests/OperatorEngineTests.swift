import Engines
import NetworkGraph
import Tensors
import Testing

@Suite struct OperatorEngineTests {
    /// sum = x + w; y = relu(sum), where w holds 1/10, which no arithmetic holds exactly.
    private let graph: Graph

    init() throws {
        graph = try Graph(
            name: "test",
            inputs: [.init(name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(2)])],
            outputs: ["y", "x", "w"],
            nodes: [
                Node(name: "relu", operator: ActivationFunction.relu, inputs: ["sum"], outputs: ["y"]),
                Node(name: "add", operator: BinaryArithmetic.add, inputs: ["x", "w"], outputs: ["sum"]),
            ],
            initializers: ["w": .float64(Tensor([], [0.1]))])
    }

    @Test("Outputs are given by name, an input or a constant among them as the arithmetic stores it")
    func outputs() throws {
        let outputs = try ArithmeticName.fp16FMA.engine(for: graph).run(["x": tensor([1, 2], [1, -1])])
        #expect(outputs.keys.sorted() == ["w", "x", "y"])
        #expect(outputs["x"] == .float16(Tensor([1, 2], [1, -1])))
        #expect(outputs["w"] == .float16(Tensor([], [0.1])))
        #expect(outputs["y"] == .float16(Tensor([1, 2], [1 + 0.1, 0])))
    }

    @Test("What every node gives is shown in the order of computation, under its tensor's name")
    func observing() throws {
        var seen = [Activation]()
        _ = try ArithmeticName.fp32.engine(for: graph).run(["x": tensor([1, 2], [1, -1])]) { seen.append($0) }
        #expect(seen.map(\.name) == ["sum", "y"])
        #expect(seen.map(\.node.name) == ["add", "relu"])
        #expect(seen[0].values == tensor([1, 2], [1 + 0.1, -1 + 0.1]))
    }

    @Test("A thrown observation ends the run")
    func observerThrows() throws {
        struct Stop: Error {}
        let engine = try ArithmeticName.fp32.engine(for: graph)
        #expect(throws: Stop.self) {
            try engine.run(["x": tensor([1, 2], [1, -1])]) { _ in throw Stop() }
        }
    }

    @Test("An engine may be run again, with another batch, and gives each its own")
    func runsAgain() throws {
        let engine = try ArithmeticName.fp32.engine(for: graph)
        let first = try engine.run(["x": tensor([1, 2], [1, 2])])
        #expect(try engine.run(["x": tensor([2, 2], [5, 6, 7, 8])])["y"]?.shape == [2, 2])
        #expect(try engine.run(["x": tensor([1, 2], [1, 2])]) == first)
    }

    @Test("A missing input, and one of another shape, are refused by name")
    func badInputs() throws {
        let engine = try ArithmeticName.fp32.engine(for: graph)
        #expect(throws: GraphError.badInput("x", reason: "no tensor is given")) { try engine.run([:]) }
        #expect {
            try engine.run(["x": tensor([1, 3], [1, 2, 3])])
        } throws: { error in
            "\(error)".contains("input \"x\": shape [1, 3] does not fit the declared [N, 2]")
        }
    }

    @Test("A node that does not fit what it is given is named, with the shapes")
    func badNode() throws {
        let graph = try Graph(
            name: "test", inputs: [.init(name: "x", elementType: .float32, dimensions: [.symbolic("N")])],
            outputs: ["y"],
            nodes: [Node(name: "add", operator: BinaryArithmetic.add, inputs: ["x", "w"], outputs: ["y"])],
            initializers: ["w": vector(1, 2, 3)])
        let engine = try ArithmeticName.fp32.engine(for: graph)
        #expect {
            try engine.run(["x": vector(1, 2)])
        } throws: { error in
            "\(error)".hasPrefix("node \"add\" (Add of [2], [3]) cannot broadcast")
        }
    }

    @Test("Integers where numbers are needed, and the other way round, are refused", arguments: ArithmeticName.allCases)
    func kinds(arithmetic: ArithmeticName) {
        let integers = AnyTensor.int64(Tensor([2], [1, 2]))
        #expect(throws: OperatorError.self) { try arithmetic.apply(Softmax(axis: 0), to: [integers]) }
        #expect(throws: OperatorError.self) {
            try arithmetic.apply(BinaryArithmetic.add, to: [integers, vector(1, 2)])
        }
        #expect(throws: OperatorError.self) { try arithmetic.apply(Not(), to: [vector(1)]) }
        #expect(throws: OperatorError.self) { try arithmetic.apply(Reshape(), to: [vector(1), vector(1)]) }
    }

    @Test("One node is computed from the tensors at hand, its constants being rounded as weights")
    func evaluate() throws {
        let engine = try ArithmeticName.fp16Weights.engine(for: graph)
        let add = try #require(graph.nodes.first)
        let given = ["x": vector(1), "w": AnyTensor.float64(Tensor([], [7]))]
        // The graph's own constant counts, not what is given under its name.
        #expect(try engine.evaluate(add, on: given) == [vector(1 + Float(Float16(0.1)))])
    }

    @Test("An operator that no engine computes is refused before anything is run")
    func unsupported() throws {
        struct Unknown: Operator {
            var name: String { "Unknown" }
            func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
            func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] { [.real([])] }
        }
        let graph = try Graph(
            name: "test", inputs: [], outputs: ["y"],
            nodes: [Node(name: "node", operator: Unknown(), inputs: [], outputs: ["y"])], initializers: [:])
        #expect(throws: EngineError.unsupported(node: "node", operator: "Unknown")) {
            try ArithmeticName.fp32.engine(for: graph)
        }
    }
}
