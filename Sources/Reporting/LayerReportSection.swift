import Conformance
import Diagnosis
import Tensors

extension LayerReport {
    package var section: Section {
        let table = Table(
            [
                "network", "verdict", "cases", "elements", "max abs diff of outputs", "mean abs diff",
                "first divergence",
            ],
            networks.map { network in
                let reason = network.notJudgedBecause.map { " (\($0))" } ?? ""
                let isMeasured = network.layers.contains(where: \.metrics.isOutput)
                return [
                    Phrase(network.network), "\(network.verdict)\(reason)", "\(network.cases.count)",
                    "\(network.elementsCompared)", Phrase(isMeasured ? network.maxAbsDiff.short : "-"),
                    Phrase(isMeasured ? network.meanAbsDiff.short : "-"),
                    Phrase(outputsOnly ? "not determined" : network.divergence),
                ]
            })
        let sides =
            "Candidate: \(candidate.words). Baseline: \(baseline.words)."
            + (outputsOnly ? " Outputs alone were compared." : "")
        var blocks: [Block] = [.paragraph(Phrase(sides)), .table(table)]
        for network in networks { blocks += (network.tasks ?? []).blocks(of: network.network) }
        blocks += networks.flatMap(\.diagnosisBlocks) + networks.flatMap(\.inputBlocks)
        blocks += networks.flatMap(\.alignmentBlocks)
        for network in networks where !network.layers.isEmpty {
            let limits = (network.thresholds ?? thresholds).filter { $0.metric == .maxAbsDiff && $0.limit.isFinite }
            blocks += network.layerBlocks(limit: limits.first?.limit)
        }
        return Section(
            self, title: "\(candidate.words) against \(baseline.words), layer by layer",
            firstFault: networks.lazy.compactMap(\.firstFault).first, blocks: blocks)
    }
}

extension LayerReport.Network {
    /// Where a side first errs, in words; only layers fed the baseline's own inputs can tell.
    fileprivate var divergence: String {
        if let firstDivergence { return "\(firstDivergence.layer) (the \(firstDivergence.side.rawValue)'s)" }
        return layers.contains { $0.metrics.isolated != nil } ? "none" : "not determined"
    }

    /// Where a reader should begin, if rounding does not explain something here.
    fileprivate var firstFault: String? {
        if let diagnosis, !diagnosis.causes.isEmpty, diagnosis.unexplained.isEmpty {
            return "what was done wrong in \(network): without it, rounding explains all that differs"
        }
        return firstDivergence.map { divergence in
            "layer \(divergence.layer) of \(network): it is the first whose error rounding cannot explain, and the error "
                + "is the \(divergence.side.rawValue)'s"
        }
    }

    /// The diagnosis, if one was made.
    fileprivate var diagnosisBlocks: [Block] {
        diagnosis.map { [.heading("\(network): what was done wrong")] + $0.blocks } ?? []
    }

    fileprivate var inputBlocks: [Block] {
        inputsCannotShow.map { [.heading("\(network): what these inputs cannot show"), .list($0.cells)] } ?? []
    }

    fileprivate var alignmentBlocks: [Block] {
        guard let alignment, !alignment.isEmpty else { return [] }
        return [.heading("\(network): how the sides were aligned"), .list(alignment.cells)]
    }

    /// The layers as a figure, and as a folded table.
    fileprivate func layerBlocks(limit: Double?) -> [Block] {
        let column = LayerColumn(
            title: network, verdict: verdict, limit: limit,
            layers: layers.map { $0.drawn(isFirstDivergence: $0.metrics.layer == firstDivergence?.layer) })
        return [.figure(.layers(column), text: [layerTable])]
    }

    private var layerTable: Block {
        let hasErrors = layers.contains {
            $0.metrics.cumulative.baselineError != nil || $0.metrics.cumulative.candidateError != nil
        }
        var columns = [
            "layer", "operator", "isolated max", "isolated mean", "cumulative max", "cumulative mean", "ULP",
        ]
        if hasErrors { columns += ["baseline's error", "candidate's error", "baseline / bound", "candidate / bound"] }
        let isGraded = layers.contains { $0.metrics.cumulative.grade != nil }
        if isGraded { columns += ["baseline / right programs", "candidate / right programs", "grade"] }
        func probableRatio(_ metrics: LayerMetrics) -> Double? {
            [metrics.cumulative.baselineError, metrics.cumulative.candidateError].compactMap { $0?.probableBoundRatio }
                .max()
        }
        let isDoubted = layers.contains { probableRatio($0.metrics) != nil }
        if isDoubted { columns.append("error / probable bound") }
        columns.append("verdict")
        let meaning =
            "Isolated: each layer fed the baseline's own inputs. Cumulative: the error as it arrives."
            + (hasErrors
                ? " Errors are against a float64 run; the last columns divide them by the bound on rounding errors, "
                    + "the worse of isolated and cumulative." : "")
            + (isDoubted
                ? " The probable bound is that which sums keep if their roundings are independent (Higham and Mary, 2019); "
                    + "it is computed where right programs do not explain the error." : "")
        let rows = layers.map { layer -> [Phrase] in
            let (isolated, cumulative) = (layer.metrics.isolated, layer.metrics.cumulative)
            func worstRatio(_ error: KeyPath<Agreement, ErrorAgainstOracle?>) -> Double? {
                [isolated, cumulative].compactMap { $0?[keyPath: error]?.boundRatio }.max()
            }
            let errors = [
                (cumulative.baselineError?.maxAbsError).short, (cumulative.candidateError?.maxAbsError).short,
                worstRatio(\.baselineError).short, worstRatio(\.candidateError).short,
            ]
            let grades = [
                (cumulative.baselineError?.envelopeRatio).short, (cumulative.candidateError?.envelopeRatio).short,
                layer.metrics.grade?.rawValue ?? "-",
            ]
            let name = layer.metrics.layer
            let figures: [String] =
                (isolated?.difference.cells ?? ["-", "-", "-"]).prefix(2) + cumulative.difference.cells
                + (hasErrors ? errors : []) + (isGraded ? grades : [])
                + (isDoubted ? [probableRatio(layer.metrics).short] : [])
            let first: Phrase = layer.metrics.isOutput ? "\(strong: name)" : Phrase(name)
            return [first, Phrase(layer.metrics.operator)] + figures.cells + ["\(layer.verdict)"]
        }
        return .folded(
            "\(network), layer by layer",
            [.paragraph(Phrase(meaning)), .table(Table(columns, rows))] + nonFiniteBlocks)
    }

    /// Which layers have non-finite elements, how many, and where the first is.
    private var nonFiniteBlocks: [Block] {
        let lines = layers.map(\.metrics).compactMap { layer -> String? in
            let whole = layer.cumulative.difference
            let parts = cases.lazy.compactMap { part in
                part.layers.first { $0.layer == layer.layer }.flatMap { part.name.paired(with: $0) }
            }
            guard whole.nonFiniteCount > 0, let (name, worst) = parts.first else { return nil }
            return "\(layer.layer): \(whole.nonFiniteCount) of \(whole.count) elements are not finite, the first in "
                + "case \"\(name)\" at \(worst.index): \(worst.candidate.short) in the candidate, "
                + "\(worst.baseline.short) in the baseline."
        }
        return lines.isEmpty ? [] : [.list(lines.cells)]
    }
}

extension String {
    /// The case with its first non-finite element; nil if there is none.
    fileprivate func paired(with layer: LayerMetrics) -> (String, DifferingElement)? {
        let difference = layer.cumulative.difference
        return difference.nonFiniteCount > 0 ? difference.worst.map { (self, $0) } : nil
    }
}

extension Difference {
    /// The largest and the mean difference and the ULPs, for a table; words if they are not finite.
    fileprivate var cells: [String] {
        if let differentTypes {
            return ["\(differentTypes.map(\.rawValue).joined(separator: " and "))", "-", "-"]
        }
        guard nonFiniteCount > 0, let worst else { return [maxAbsDiff.short, meanAbsDiff.short, String(maxUlpDiff)] }
        let isNaN = worst.baseline.isNaN || worst.candidate.isNaN
        return [isNaN ? "NaN" : "infinite", "\(nonFiniteCount) of \(count) not finite", "-"]
    }
}
