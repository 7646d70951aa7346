import NetworkGraph
import Tensors

/// Outputs with numbers in another order: face and background exchanged, y before x, landmarks interleaved.
enum OutputOrderFaults {
    /// - Parameter site: a node whose output is recorded.
    static func hypotheses(at site: Site, isOutput: Bool) -> [Hypothesis] {
        guard isOutput, site.output.elementType.floatFormat != nil else { return [] }
        let shape = site.output.shape
        let axes = (1..<max(shape.rank, 1)).filter { (2...64).contains(shape[$0]) }
        return axes.flatMap { axis -> [Hypothesis] in
            known(shape[axis]).map { key, words, order in
                site.hypothesis(
                    .outputOrder, "axis-\(axis)-\(key)", "the output's numbers along axis \(axis) are \(words)",
                    Alteration(result: { computed, _ in computed.fitting(order, along: axis) }))
            }
        }
    }

    private static func known(_ count: Int) -> [(key: String, words: String, order: [Int])] {
        var orders = [(key: String, words: String, order: [Int])]()
        switch count {
        case 2: orders = [("exchanged", "exchanged: face for background", [1, 0])]
        case 4:
            orders = [
                ("y-first", "exchanged in pairs: y before x", [1, 0, 3, 2]),
                ("extents", "grouped by axes: both x before both y", [0, 2, 1, 3]),
            ]
        case 10:
            let separate = (0..<10).map { $0 < 5 ? 2 * $0 : 2 * ($0 - 5) + 1 }
            let interleaved = (0..<10).map { $0 / 2 + $0 % 2 * 5 }
            orders = [
                ("interleaved", "interleaved: x and y of each point by turns", interleaved),
                ("separated", "separated: all x before all y", separate),
                ("y-first", "exchanged by halves: all y before all x", (0..<10).map { ($0 + 5) % 10 }),
            ]
        default: break
        }
        return orders
            + WeightOrderFaults.orders(count).filter { order in !orders.contains { $0.order == order.order } }
    }
}
