import NetworkGraph
import Tensors

/// Weights with parts in another order: kernels turned, channels exchanged, matrices transposed.
enum WeightOrderFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard let sum = WeightedSum(site) else { return [] }
        return (sum.weights.shape.rank == 4 ? kernels(site, sum) : []) + channels(site, sum) + otherLayers(site, sum)
            + (sum.weights.shape.rank == 2 ? matrices(site, sum) : [])
    }

    private static func kernels(_ site: Site, _ sum: WeightedSum) -> [Hypothesis] {
        let shape = sum.weights.shape
        guard shape[2] * shape[3] > 1 else { return [] }
        func hypothesis(
            _ key: String, _ words: String, _ alter: @escaping @Sendable (AnyTensor) -> AnyTensor?
        ) -> Hypothesis {
            site.hypothesis(.kernelOrder, key, words, Alteration(operands: [sum.position: alter]))
        }
        var found = [
            hypothesis(
                "flipped", "the kernels are turned by 180 degrees: a convolution for a correlation"
            ) { $0.reversed(along: [2, 3]) },
            hypothesis("rows", "the kernels' rows are in reverse order") { $0.reversed(along: [2]) },
            hypothesis("columns", "the kernels' columns are in reverse order") { $0.reversed(along: [3]) },
        ]
        if shape[2] == shape[3] {
            found.insert(
                hypothesis("transposed", "the kernels are transposed: rows and columns are exchanged") {
                    $0.transposed([0, 1, 3, 2])
                }, at: 0)
            found.append(
                hypothesis("quarter-turn", "the kernels are turned by 90 degrees") {
                    $0.transposed([0, 1, 3, 2]).reversed(along: [3])
                })
            found.append(
                hypothesis("quarter-turn-back", "the kernels are turned by 90 degrees the other way") {
                    $0.transposed([0, 1, 3, 2]).reversed(along: [2])
                })
        }
        // Bytes of one layout read as another.
        let layouts: [(String, [Int])] = [
            ("output channels last", [1, 2, 3, 0]), ("input channels last", [0, 2, 3, 1]),
            ("rows, columns, inputs, outputs", [2, 3, 1, 0]), ("inputs before outputs", [1, 0, 2, 3]),
        ]
        for (words, order) in layouts {
            found.append(
                hypothesis("layout-\(order)", "the weights' bytes are laid out with \(words), and not read so") {
                    $0.transposed(order).reshaped(to: $0.shape)
                })
        }
        return found
    }

    private static func channels(_ site: Site, _ sum: WeightedSum) -> [Hypothesis] {
        [(sum.inputAxis, "input"), (sum.outputAxis, "output")].flatMap { axis, name -> [Hypothesis] in
            let count = sum.weights.shape[axis]
            guard count > 1 else { return [] }
            return orders(count).map { key, words, order in
                site.hypothesis(
                    .channelOrder, "\(name)-\(key)", "the weights' \(name) channels are \(words)",
                    Alteration(operands: [sum.position: { $0.fitting(order, along: axis) }]))
            }
        }
    }

    /// Orders that parts take by mistake.
    static func orders(_ count: Int) -> [(key: String, words: String, order: [Int])] {
        var orders = [(key: String, words: String, order: [Int])]()
        func add(_ key: String, _ words: String, _ order: [Int]) {
            guard order != Array(0..<count), !orders.contains(where: { $0.order == order }) else { return }
            orders.append((key, words, order))
        }
        add("reversed", "in reverse order", Array((0..<count).reversed()))
        add("rolled", "moved on by one", (0..<count).map { ($0 + count - 1) % count })
        add("rolled-back", "moved back by one", (0..<count).map { ($0 + 1) % count })
        if count % 2 == 0 {
            let half = count / 2
            add("halves", "exchanged by halves", (0..<count).map { ($0 + half) % count })
            add("pairs", "exchanged in pairs", (0..<count).map { $0 ^ 1 })
            add("interleaved", "interleaved: those of both halves by turns", (0..<count).map { $0 / 2 + $0 % 2 * half })
            add(
                "separated", "separated: the even ones before the odd ones",
                (0..<count).map { $0 < half ? 2 * $0 : 2 * ($0 - half) + 1 })
        }
        if count == 3 { add("swapped-01", "exchanged, the first and the second", [1, 0, 2]) }
        if count > 3 { add("swapped-01", "exchanged, the first and the second", [1, 0] + Array(2..<count)) }
        return orders
    }

    private static func otherLayers(_ site: Site, _ sum: WeightedSum) -> [Hypothesis] {
        site.others(like: sum.position).map { layer, values in
            site.hypothesis(
                .otherLayersWeights, "of-\(layer)", "the weights are those of \(layer)",
                Alteration(operands: [sum.position: { _ in values }]))
        }
    }

    private static func matrices(_ site: Site, _ sum: WeightedSum) -> [Hypothesis] {
        [
            site.hypothesis(
                .denseOrder, "transposed", "the matrix of weights is read by rows where it is stored by columns",
                Alteration(operands: [sum.position: { $0.transposed([1, 0]).reshaped(to: $0.shape) }])),
            site.hypothesis(
                .denseOrder, "flipped", "the matrix of weights has rows and columns in reverse order",
                Alteration(operands: [
                    sum.position: { $0.reversed(along: [0, 1]) }
                ])),
        ]
    }
}
