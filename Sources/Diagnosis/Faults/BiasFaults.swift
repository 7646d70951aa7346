import NetworkGraph
import Tensors

/// Biases that are missing, doubled, or taken from another layer.
enum BiasFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard let position = bias(site), let own = site.constant(position) else { return [] }
        func hypothesis(
            _ key: String, _ words: String, _ alter: @escaping @Sendable (AnyTensor) -> AnyTensor?
        ) -> Hypothesis {
            site.hypothesis(.bias, key, words, Alteration(operands: [position: alter]))
        }
        var found = [
            hypothesis("missing", "the bias is missing") { $0.mapNumbers { _ in 0 } },
            hypothesis("twice", "the bias is added twice") { $0.mapNumbers { 2 * $0 } },
            hypothesis("negated", "the bias is subtracted") { $0.mapNumbers { -$0 } },
        ]
        if own.shape.count > 1 {
            found.append(
                hypothesis("reversed", "the bias is in reverse order") { tensor in
                    .float32(Tensor(tensor.shape, tensor.float64.elements.reversed().map { Float($0) }))
                })
        }
        for (layer, values) in site.others(like: position) {
            found.append(hypothesis("of-\(layer)", "the bias is that of \(layer)") { _ in values })
        }
        return found
    }

    /// The position of the bias among the operands; nil without one.
    static func bias(_ site: Site) -> Int? {
        switch site.node.operator {
        case is Convolution, is TransposedConvolution, is Gemm: site.constant(2) == nil ? nil : 2
        case BinaryArithmetic.add as BinaryArithmetic:
            [1, 0].first { site.constant($0) != nil && site.constant(1 - $0) == nil }
        default: nil
        }
    }
}
