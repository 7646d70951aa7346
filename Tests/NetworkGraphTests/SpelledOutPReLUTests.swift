import NetworkGraph
import Tensors
import Testing

@Suite struct SpelledOutPReLUTests {
    private static let less: [Node] = [
        Node(name: "less", operator: Comparison.less, inputs: ["x", "zero"], outputs: ["negative"]),
        Node(name: "not", operator: Not(), inputs: ["negative"], outputs: ["keeps"]),
    ]
    private static let greaterOrEqual = [
        Node(name: "compare", operator: Comparison.greaterOrEqual, inputs: ["x", "zero"], outputs: ["keeps"])
    ]

    private func graph(
        _ comparison: [Node], factors: [String] = ["x", "slope"], zero: Float = 0, choice: [String]? = nil,
        more: [Node] = [], outputs: [String] = ["y"]
    ) throws -> Graph {
        try Graph(
            name: "test", inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(1), .fixed(2)])],
            outputs: outputs,
            nodes: comparison + [
                Node(name: "mul", operator: BinaryArithmetic.multiply, inputs: factors, outputs: ["scaled"]),
                Node(name: "where", operator: Where(), inputs: choice ?? ["keeps", "x", "scaled"], outputs: ["y"]),
            ] + more,
            initializers: ["zero": .float32(Tensor([], [zero])), "slope": .float32(Tensor([2], [0.5, 2]))])
    }

    @Test("It is found with either comparison and either order of factors", arguments: [less, greaterOrEqual])
    func found(_ comparison: [Node]) throws {
        for factors in [["x", "slope"], ["slope", "x"]] {
            let prelu = try #require(try SpelledOutPReLU(of: "x", in: graph(comparison, factors: factors)))
            #expect(prelu.slope == "slope" && prelu.output == "y" && prelu.node.name == "mul")
        }
    }

    @Test("Another zero, another choice or another factor is something else")
    func others() throws {
        #expect(try SpelledOutPReLU(of: "x", in: graph(Self.less, zero: 0.5)) == nil)
        #expect(try SpelledOutPReLU(of: "x", in: graph(Self.less, choice: ["negative", "x", "scaled"])) == nil)
        #expect(try SpelledOutPReLU(of: "x", in: graph(Self.less, choice: ["keeps", "scaled", "x"])) == nil)
        #expect(try SpelledOutPReLU(of: "x", in: graph(Self.less, factors: ["x", "x"])) == nil)
        #expect(try SpelledOutPReLU(of: "zero", in: graph(Self.less)) == nil)
    }

    @Test(
        "It is not found where something else takes what lies between", arguments: ["negative", "keeps", "scaled", "x"])
    func taken(_ tensor: String) throws {
        let more = [Node(name: "more", operator: ActivationFunction.identity, inputs: [tensor], outputs: ["z"])]
        #expect(try SpelledOutPReLU(of: "x", in: graph(Self.less, more: more)) == nil)
        if tensor != "x" {
            #expect(try SpelledOutPReLU(of: "x", in: graph(Self.less, outputs: ["y", tensor])) == nil)
        }
    }
}
