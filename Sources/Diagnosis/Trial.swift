import Conformance
import Engines
import NetworkGraph
import Tensors

/// A section computed for one case and compared with its recording.
struct Trial: Sendable {
    let run: SectionRun
    let recorded: RecordedCase
    /// The inputs and the recorded tensors.
    private let known: [String: AnyTensor]
    private let previous: [String: AnyTensor]?

    /// - Parameter previous: the inputs of the previous case; nil for the first.
    init(_ run: SectionRun, of recorded: RecordedCase, previous: [String: AnyTensor]? = nil) {
        self.run = run
        self.recorded = recorded
        self.previous = previous
        known = recorded.tensors.merging(recorded.inputs) { $1 }
    }

    /// The operands of the section's nodes under hypotheses; nil if these do not apply.
    private func given(under hypotheses: [Hypothesis]) -> [String: AnyTensor]? {
        var known = known
        for input in hypotheses.compactMap(\.input) {
            guard let altered = input.altered(recorded.inputs, previous) else { return nil }
            known.merge(altered) { $1 }
        }
        return known
    }

    /// The results of the section's nodes; nil if the hypotheses do not apply.
    func tensors(
        under hypotheses: [Hypothesis] = [], order: SummationOrder = .sequence,
        reusing base: [String: AnyTensor]? = nil
    ) -> [String: AnyTensor]? {
        guard let given = given(under: hypotheses) else { return nil }
        // If a hypothesis gives shapes that later nodes refuse, it is not the fault.
        return try? run.tensors(
            from: given, under: hypotheses.alterations, order: order,
            reusing: hypotheses.contains { $0.input != nil } ? nil : base)
    }

    /// The recorded tensors' differences from the section's, divided by what rounding explains; infinite if they cannot
    /// be compared.
    func ratio(under hypotheses: [Hypothesis] = []) throws -> Double {
        guard let centre = tensors(under: hypotheses) else { return .infinity }
        let exits = run.section.exits.filter { recorded.tensors[$0] != nil }
        let alterations = hypotheses.alterations
        let residuals = exits.map { exit in
            recorded.tensors[exit].flatMap { given in centre[exit].flatMap { Residual(of: given, from: $0) } }
        }
        guard !residuals.contains(where: { $0 == nil }) else { return .infinity }
        func worst(_ residuals: [Residual?], _ programs: [[String: AnyTensor]]) -> Double {
            zip(exits, residuals).map { exit, residual in
                residual?.ratio(
                    to: programs.compactMap { program in
                        program[exit].flatMap { other in centre[exit].flatMap { Residual(of: other, from: $0) } }
                    }, storage: storage(of: exit, alterations)) ?? .infinity
            }.max() ?? 0
        }
        let alone = worst(residuals, [])
        guard alone < .infinity else { return alone }
        // The spread of correct programs widens tolerances, and never narrows them.
        let givers = exits.map { exit in run.section.nodes.first { run.graph.nodes[$0].outputs.contains(exit) } }
        // Storage in few bits shows in the numbers themselves; sums in few bits may differ by anything.
        let isVague =
            alterations.values.contains(where: \.isCoarse)
            && !givers.allSatisfy { giver in giver.flatMap { alterations[$0]?.storage } != nil }
        guard alone > 1 && alone < Self.farOff || isVague else { return alone }
        var programs = [[String: AnyTensor]]()
        for order in SummationOrder.allCases.dropFirst() {
            guard let program = tensors(under: hypotheses, order: order) else { continue }
            programs.append(program)
            // Too far off for another order of summation to explain.
            if programs.count == 2, !isVague {
                let soFar = worst(residuals, programs)
                if soFar > Self.hopeless { return soFar }
            }
        }
        let ratio = alone > 1 ? worst(residuals, programs) : alone
        guard isVague, ratio <= 1, let right = tensors() else { return ratio }
        let without = exits.map { exit in
            recorded.tensors[exit].flatMap { given in right[exit].flatMap { Residual(of: given, from: $0) } }
        }
        let isOff = try self.ratio() > 1
        return isOff && worst(without, programs) < Self.telling ? .infinity : ratio
    }

    /// From here on the difference is a tenth of the largest number, beyond what another order of float32 sums can
    /// cause.
    private static let farOff = 0.1 / (8 * 0x1p-23)

    /// If a difference is this many times the spread of two correct programs, the remaining ones are not run: the
    /// spread of all is larger, but by a small factor.
    private static let hopeless = 100.0

    /// How many times the possible difference of coarse sums must be exceeded; otherwise they would explain anything.
    private static let telling = 4.0

    /// The storage format of a recorded tensor, if it is coarser than float32.
    private func storage(of exit: String, _ alterations: [Int: Alteration]) -> FloatFormat? {
        let own = run.arithmetic.formats.stored
        if FloatFormat.binary32.isFiner(than: own) { return own }
        let giver = run.section.nodes.first { run.graph.nodes[$0].outputs.contains(exit) }
        return giver.flatMap { alterations[$0]?.storage }
    }

    /// The mean differences of the recorded tensors, as fractions of those without any hypothesis; nil if the
    /// hypotheses do not apply, or change nothing.
    ///
    /// - Parameters:
    ///   - base: the section's results without any.
    ///   - scales: the mean differences without any, keyed by tensor.
    func score(
        under hypotheses: [Hypothesis], reusing base: [String: AnyTensor], scales: [String: Double]
    ) -> Double? {
        tensors(under: hypotheses, reusing: base).flatMap { score(of: $0, against: base, scales: scales) }
    }

    /// The scores of sets that share some hypotheses and add one each; only what that one affects is computed.
    ///
    /// - Parameter others: the added hypotheses, none of which alters the inputs.
    func scores(under shared: [Hypothesis], beside others: [Hypothesis], scales: [String: Double]) -> [Double?] {
        guard let given = given(under: shared),
            let base = try? run.tensors(from: given, under: shared.alterations)
        else { return others.map { _ in nil } }
        return others.map { other in
            let computed = try? run.tensors(from: given, under: (shared + [other]).alterations, reusing: base)
            return computed.flatMap { score(of: $0, against: base, scales: scales) }
        }
    }

    private func score(
        of computed: [String: AnyTensor], against base: [String: AnyTensor], scales: [String: Double]
    ) -> Double? {
        var (score, changes) = (0.0, false)
        for exit in run.section.exits {
            guard let given = recorded.tensors[exit], let right = computed[exit],
                let residual = Residual(of: given, from: right)
            else { return nil }
            changes = changes || base[exit] != right
            score += residual.share(of: scales[exit] ?? 1)
        }
        return changes ? score / Double(max(run.section.exits.count, 1)) : nil
    }
}

extension [Hypothesis] {
    /// All alterations; those of one node in sequence.
    var alterations: [Int: Alteration] {
        reduce(into: [:]) { all, hypothesis in
            for (node, alteration) in hypothesis.alterations {
                all[node] = all[node]?.followed(by: alteration) ?? alteration
            }
        }
    }
}
