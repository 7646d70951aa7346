import Engines
import NetworkGraph
import Tensors
import Testing

@Suite struct MixedPrecisionEngineTests {
    /// a = x + w; y = a + w, where w holds 1/10, which float16 holds less well than float32.
    private func graph() throws -> Graph {
        try Graph(
            name: "test", inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(2)])],
            outputs: ["y"],
            nodes: [
                Node(name: "first", operator: BinaryArithmetic.add, inputs: ["x", "w"], outputs: ["a"]),
                Node(name: "second", operator: BinaryArithmetic.add, inputs: ["a", "w"], outputs: ["y"]),
            ],
            initializers: ["w": .float64(Tensor([], [0.1]))])
    }

    private let x = AnyTensor.float32(Tensor([2], [0.3, 1000.7]))

    @Test("A node in float32 keeps its weights and its result in float32; the next in float16 rounds them")
    func rounding() throws {
        let engine = try MixedPrecisionEngine(graph()) { $0.name == "first" ? .fp32 : .fp16Storage }
        var first: AnyTensor?
        let outputs = try engine.run(["x": x]) { if $0.name == "a" { first = $0.values } }
        let sums: [Float] = [0.3, 1000.7].map { $0 + Float(0.1) }
        #expect(first == .float32(Tensor([2], sums)))
        #expect(outputs["y"] == .float16(Tensor([2], sums.map { Float16(Float(Float16($0)) + Float(Float16(0.1))) })))
    }

    @Test("With one arithmetic for all nodes, the bits equal those of its engine", arguments: ArithmeticName.allCases)
    func uniform(_ arithmetic: ArithmeticName) throws {
        let mixed = try MixedPrecisionEngine(graph()) { _ in arithmetic }
        #expect(try mixed.run(["x": x]) == arithmetic.engine(for: graph()).run(["x": x]))
        #expect(mixed.arithmetic == arithmetic)
    }

    @Test("A missing input is refused by name")
    func missingInput() throws {
        #expect(throws: GraphError.badInput("x", reason: "no tensor is given")) {
            try MixedPrecisionEngine(graph()) { _ in .fp32 }.run([:])
        }
    }
}
