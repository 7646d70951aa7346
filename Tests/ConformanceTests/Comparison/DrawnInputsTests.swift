import Conformance
import Engines
import NetworkGraph
import Tensors
import Testing

@Suite struct DrawnInputsTests {
    private func graph(_ inputs: [(name: String, dimensions: [Graph.Dimension])]) throws -> Graph {
        try Graph(
            name: "same",
            inputs: inputs.map { .init(name: $0.name, elementType: .float32, dimensions: $0.dimensions) },
            outputs: ["y"],
            nodes: [
                Node(name: "same", operator: ActivationFunction.identity, inputs: [inputs[0].name], outputs: ["y"])
            ],
            initializers: [:])
    }

    private func shapes(_ graph: Graph, alongside other: Graph) throws -> [[Int]] {
        try ComparedInputs(for: graph, alongside: other, seed: 1).cases[0].inputs.map { $0.values.shape.dimensions }
    }

    private let open = [Graph.Dimension.symbolic("N"), .symbolic("H"), .symbolic("W"), .fixed(3)]

    @Test("Extents that one side leaves open are those that the other fixes, whatever the layout and the name")
    func openAxes() throws {
        let images = try graph([("images", open)])
        let upright = try graph([("x", [.fixed(2), .fixed(16), .fixed(14), .fixed(3)])])
        #expect(try shapes(images, alongside: upright) == [[2, 16, 14, 3]])
        let planes = try graph([("x", [.symbolic(""), .fixed(3), .fixed(16), .fixed(14)])])
        #expect(try shapes(images, alongside: planes) == [[1, 16, 14, 3]])
        // The channels say which layout it is, though the other is open elsewhere.
        let openPlanes = try graph([("x", [.fixed(1), .fixed(3), .symbolic("h"), .symbolic("w")])])
        #expect(try shapes(images, alongside: openPlanes) == [[1, 24, 24, 3]])
        // Where no layout fits both, the comparison says so.
        let grey = try graph([("x", [.fixed(2), .fixed(16), .fixed(14), .fixed(1)])])
        #expect(try shapes(images, alongside: grey) == [[1, 24, 24, 3]])
    }

    @Test("Of several inputs, only those of one name belong together")
    func names() throws {
        let two = try graph([("a", [.fixed(1), .symbolic("n")]), ("b", [.symbolic("m")])])
        let other = try graph([("c", [.fixed(1), .fixed(9)]), ("b", [.fixed(7)])])
        #expect(try shapes(two, alongside: other) == [[1, 24], [7]])
    }
}
