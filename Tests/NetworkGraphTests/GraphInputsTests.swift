@testable import NetworkGraph
import Tensors
import Testing

@Suite struct GraphInputsTests {
    private func input(_ name: String, _ type: ElementType, _ dimensions: [Graph.Dimension]) -> Graph.Input {
        Graph.Input(name: name, elementType: type, dimensions: dimensions)
    }

    /// A graph that gives its inputs as they are.
    private func graph(_ inputs: Graph.Input...) throws -> Graph {
        try Graph(name: "test", inputs: inputs, outputs: inputs.map(\.name), nodes: [], initializers: [:])
    }

    @Test("Tensors come in the order of the inputs; those of other names are left out")
    func order() throws {
        let graph = try graph(input("b", .float32, [.symbolic("N")]), input("a", .int64, [.fixed(1)]))
        let b = AnyTensor.float32(Tensor([2], [1, 2]))
        let a = AnyTensor.int64(Tensor([1], [3]))
        let tensors = try graph.inputTensors(in: ["a": a, "b": b, "c": b])
        #expect(tensors.map(\.name) == ["b", "a"])
        #expect(tensors.map(\.tensor) == [b, a])
    }

    @Test("An input that is given no tensor is named")
    func missing() throws {
        let graph = try graph(input("x", .float32, [.fixed(1)]))
        #expect(throws: GraphError.badInput("x", reason: "no tensor is given")) { try graph.inputTensors(in: [:]) }
    }

    @Test(
        "Elements of another kind than the declared are refused; numbers may have any precision, integers any width",
        arguments: ElementType.allCases, ElementType.allCases)
    func kinds(declared: ElementType, given: ElementType) throws {
        let graph = try graph(input("x", declared, [.fixed(1)]))
        let bytes = [UInt8](repeating: 0, count: given.byteCount)
        let tensor = try #require(AnyTensor(given, [1], littleEndianBytes: bytes))
        if TensorType.Kind(of: given) == TensorType.Kind(of: declared) {
            #expect(try graph.inputTensors(in: ["x": tensor]).map(\.tensor) == [tensor])
        } else {
            #expect(throws: GraphError.badInput("x", reason: "its elements are \(given), the declared \(declared)")) {
                try graph.inputTensors(in: ["x": tensor])
            }
        }
    }

    @Test("A name stands for one extent, in whatever inputs it is declared")
    func symbols() throws {
        let graph = try graph(
            input("x", .float32, [.symbolic("N"), .symbolic("")]),
            input("y", .float32, [.symbolic(""), .symbolic("N")]))
        #expect(try graph.inputShapes(given: ["x": [3, 1], "y": [2, 3]]) == ["x": [3, 1], "y": [2, 3]])
        let reason = "shape [2, 4] has 4 for N, which is 3 where it stands before"
        #expect(throws: GraphError.badInput("y", reason: reason)) {
            try graph.inputShapes(given: ["x": [3, 1], "y": [2, 4]])
        }
        #expect(throws: GraphError.badInput("y", reason: reason)) {
            try graph.inputTensors(in: [
                "x": .float32(Tensor([3, 1], repeating: 0)), "y": .float32(Tensor([2, 4], repeating: 0)),
            ])
        }
    }

    @Test(
        "An input that does not fit the declared extents is refused",
        arguments: [[1, 3, 4, 5], [1, 2, 4, 6], [2, 4, 5], [1, 2, 4, 5, 1]])
    func badInput(dimensions: [Int]) {
        #expect {
            try graph(input("x", .float32, [.symbolic("N"), .fixed(2), .symbolic(""), .fixed(5)]))
                .inputShapes(given: ["x": Shape(dimensions)])
        } throws: { error in
            guard case .badInput("x", let reason)? = error as? GraphError else { return false }
            return reason.contains("\(dimensions)") && reason.contains("[N, 2, ?, 5]")
        }
    }

    @Test("An input may be left out if all of its extents are declared, and only then")
    func leftOut() throws {
        let open = input("x", .float32, [.fixed(2), .symbolic("N")])
        #expect(throws: GraphError.self) { try open.shape(given: nil) }
        let fixed = input("x", .float32, [.fixed(2), .fixed(3)])
        #expect(try fixed.shape(given: nil) == [2, 3])
        let huge = input("x", .float32, [.fixed(Int.max), .fixed(2)])
        #expect(throws: GraphError.self) { try huge.shape(given: nil) }
    }
}
