import Engines
import NetworkGraph
import Tensors

/// Computes a section from a recording, as the graph says or under hypotheses.
struct SectionRun: Sendable {
    let graph: Graph
    let section: Section
    let arithmetic: ArithmeticName

    /// The tensors that the section's nodes produce; nil if a hypothesis does not apply.
    ///
    /// - Parameters:
    ///   - known: the inputs and the recorded tensors, keyed by name.
    ///   - alterations: keyed by the positions of nodes.
    ///   - base: the section's tensors without alterations, reused where these change nothing; nil computes all.
    /// - Throws: the operators' errors for operands that do not fit.
    func tensors(
        from known: [String: AnyTensor], under alterations: [Int: Alteration] = [:],
        order: SummationOrder = .sequence, reusing base: [String: AnyTensor]? = nil
    ) throws -> [String: AnyTensor]? {
        var given = [String: AnyTensor]()
        var changed = Set<String>()
        for index in section.nodes {
            let node = graph.nodes[index]
            guard let output = node.outputs.first else { continue }
            let isTouched = node.inputs.contains { $0.map(changed.contains) ?? false }
            let alteration = alterations[index]
            if let base, alteration == nil, !isTouched, let values = base[output] {
                given[output] = values
                continue
            }
            // Recorded tensors come from the candidate, whatever is computed here.
            let operands = node.inputs.map { name in
                name.flatMap { known[$0] ?? given[$0] ?? graph.initializers[$0] }
            }
            let constants = Set(
                node.inputs.indices.filter { node.inputs[$0].map { graph.initializers[$0] != nil } ?? false })
            let computed: AnyTensor?
            if let alteration {
                computed = try alteration.evaluate(
                    node, operands, constants: constants, recorded: known[output], in: arithmetic, order)
            } else {
                computed = try arithmetic.apply(node.operator, to: operands, constants: constants, order: order)
            }
            guard let computed else { return nil }
            if base?[output] != computed { changed.insert(output) }
            given[output] = computed
        }
        return given
    }
}
