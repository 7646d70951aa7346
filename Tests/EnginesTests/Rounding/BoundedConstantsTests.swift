import Engines
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// What is kept of a graph's constants for bounds, and shared between arithmetics, changes no bound.
@Suite struct BoundedConstantsTests {
    private static let nodes = [
        Node(name: "c", operator: Convolution(), inputs: ["x", "kernels", "bias"], outputs: ["conv"]),
        Node(name: "p", operator: PReLU(), inputs: ["x", "slope"], outputs: ["prelu"]),
        Node(name: "m", operator: MatMul(), inputs: ["x", "matrix"], outputs: ["product"]),
    ]

    private func graph() throws -> Graph {
        var random = RandomNumbers(seed: 8)
        func constant(_ shape: Shape) -> AnyTensor { .float32(random.floats(shape, in: -1...1)) }
        return try Graph(
            name: "g",
            inputs: [
                .init(
                    name: "x", elementType: .float32,
                    dimensions: [.fixed(2), .fixed(3), .fixed(4), .fixed(5)])
            ], outputs: ["conv", "prelu", "product"], nodes: Self.nodes,
            initializers: [
                "kernels": constant([20, 3, 2, 2]), "bias": constant([20]), "slope": constant([3, 1, 1]),
                "matrix": constant([5, 7]),
            ])
    }

    @Test("Bounds with kept constants and shared sums are those without", arguments: [true, false])
    func same(mayFlushSubnormals: Bool) throws {
        let graph = try graph()
        let constants = BoundedConstants(of: graph)
        var random = RandomNumbers(seed: 3)
        let x = AnyTensor.float32(random.floats([2, 3, 4, 5], in: -2...2))
        let sums = SharedSums()
        for arithmetic in ArithmeticName.allCases where arithmetic != .fp64 {
            let bound = RoundingBound(of: arithmetic)
            let error = bound.inputErrors(of: x, isConstant: false)
            for node in Self.nodes {
                let tensors = node.inputs.map { $0.flatMap { graph.initializers[$0] ?? x } }
                let exact = try ArithmeticName.fp64.apply(node.operator, to: tensors).float64
                let plain = try bound.errors(
                    of: node, inputs: tensors,
                    errors: node.inputs.map { name in
                        guard let constant = name.flatMap({ graph.initializers[$0] }) else { return error }
                        return bound.inputErrors(
                            of: constant, isConstant: true, mayFlushSubnormals: mayFlushSubnormals)
                    }, output: exact)
                let kept = try bound.errors(
                    of: node,
                    inputs: node.inputs.map { name in
                        name.flatMap {
                            constants.operand($0, in: bound, mayFlushSubnormals: mayFlushSubnormals)
                        } ?? BoundedTensor(x, error: error)
                    }, output: exact, sums: sums)
                #expect(plain == kept, "\(arithmetic), \(node.name)")
            }
        }
        #expect(constants.operand("x", in: .float32, mayFlushSubnormals: false)?.error == nil)
    }
}
