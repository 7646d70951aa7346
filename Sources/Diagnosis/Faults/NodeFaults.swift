import NetworkGraph
import Tensors

/// Layers left out, such as a batch normalisation, and sums that keep only one branch.
enum NodeFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        switch site.node.operator {
        case is BatchNormalization, is Normalization, is LocalResponseNormalization, is Clip:
            return [
                site.hypothesis(
                    .nodeLeftOut, "left-out", "the layer is left out: its input passes through",
                    Alteration(operation: ActivationFunction.identity))
            ] + epsilons(site)
        case BinaryArithmetic.add as BinaryArithmetic where site.constant(0) == nil && site.constant(1) == nil:
            return [0, 1].map { position in
                site.hypothesis(
                    .nodeLeftOut, "without-\(position)",
                    "the \(position == 0 ? "first" : "second") of the branches is not added",
                    Alteration(operands: [position: { $0.mapNumbers { _ in 0 } }]))
            }
        case let operation as BinaryArithmetic where site.constant(0) != nil || site.constant(1) != nil:
            guard site.output.elementType.floatFormat != nil, operation != .add else { return [] }
            let taken = site.constant(0) == nil ? 0 : 1
            guard site.operands[taken]?.shape == site.output.shape else { return [] }
            return [
                site.hypothesis(
                    .nodeLeftOut, "left-out", "the layer is left out: its input passes through",
                    Alteration(operands: [
                        1 - taken: { constant in
                            constant.mapNumbers { _ in operation == .subtract ? 0 : 1 }
                        }
                    ]))
            ]
        default: return []
        }
    }

    private static func epsilons(_ site: Site) -> [Hypothesis] {
        guard let operation = site.node.operator as? BatchNormalization else { return [] }
        return [Float(0), 1e-12, 1e-6, 1e-5, 1e-4, 1e-3, 2e-5].filter { $0 != operation.epsilon }.map { epsilon in
            site.hypothesis(
                .nodeLeftOut, "epsilon-\(epsilon)",
                "the normalisation's epsilon is \(epsilon), not \(operation.epsilon)",
                Alteration(operation: BatchNormalization(epsilon: epsilon)))
        }
    }
}
