import NetworkGraph
import Tensors

/// Images flattened to vectors in another order of rows, columns and channels.
enum FlattenFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard site.node.operator is Flatten || site.node.operator is Reshape, let given = site.operands.first ?? nil,
            given.shape.rank == 4, site.output.shape.rank == 2,
            given.shape.dimensions.dropFirst().count(where: { $0 > 1 }) > 1
        else { return [] }
        let orders: [[Int]] = [[0, 1, 3, 2], [0, 2, 1, 3], [0, 2, 3, 1], [0, 3, 1, 2], [0, 3, 2, 1]]
        let reordered = orders.map { order in
            site.hypothesis(
                .flattenOrder, "order-\(order)",
                "images are flattened in another order: their axes \(names(order)) in place of 1, 2, 3",
                Alteration(operands: [0: { $0.transposed(order) }]))
        }
        let reversed = site.hypothesis(
            .flattenOrder, "reversed", "the flattened vectors are in reverse order",
            Alteration(result: { computed, _ in
                computed.taking(Array((0..<computed.shape[1]).reversed()), along: 1)
            }))
        return reordered + [reversed]
    }

    private static func names(_ order: [Int]) -> String { order.dropFirst().map(String.init).joined(separator: ", ") }
}
