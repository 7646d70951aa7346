import Conformance
import Tensors

extension LayerReport {
    public var markdown: String {
        var lines = [
            "## \(candidate.words) against \(baseline.words), layer by layer: \(verdict.words)", "",
            "Candidate: \(candidate.words). Baseline: \(baseline.words)."
                + (outputsOnly ? " Outputs alone were compared." : ""), "",
        ]
        lines += markdownTable(
            [
                "network", "verdict", "cases", "elements", "max abs diff of outputs", "mean abs diff",
                "first divergence",
            ],
            networks.map { network in
                let verdict = network.verdict.words + (network.notJudgedBecause.map { " (\($0))" } ?? "")
                let isMeasured = network.layers.contains(where: \.metrics.isOutput)
                return [
                    network.network, verdict, "\(network.cases.count)", "\(network.elementsCompared)",
                    isMeasured ? network.maxAbsDiff.short : "-", isMeasured ? network.meanAbsDiff.short : "-",
                    outputsOnly ? "not determined" : network.divergence,
                ]
            })
        for network in networks { lines += network.diagnosisLines + network.alignmentLines }
        for network in networks where !network.layers.isEmpty { lines += [""] + network.layerTable }
        return shown(lines + deviationLines) + "\n"
    }
}

extension LayerReport.Network {
    /// Where a side departs, in words; which only layers tell that were fed the baseline's own inputs.
    fileprivate var divergence: String {
        if let firstDivergence { return "\(firstDivergence.layer) (the \(firstDivergence.side.rawValue)'s)" }
        return layers.contains { $0.metrics.isolated != nil } ? "none" : "not determined"
    }

    fileprivate var diagnosisLines: [String] {
        guard let diagnosis else { return [] }
        return ["", "### \(network): what was done wrong", ""] + diagnosis.lines
    }

    fileprivate var alignmentLines: [String] {
        guard let alignment, !alignment.isEmpty else { return [] }
        return ["", "### \(network): how the sides were aligned", ""] + alignment.map { "- \($0)" }
    }

    fileprivate var layerTable: [String] {
        let hasErrors = layers.contains {
            $0.metrics.cumulative.baselineError != nil || $0.metrics.cumulative.candidateError != nil
        }
        var columns = [
            "layer", "operator", "isolated max", "isolated mean", "cumulative max", "cumulative mean", "ULP",
        ]
        if hasErrors { columns += ["baseline's error", "candidate's error", "baseline / bound", "candidate / bound"] }
        let isGraded = layers.contains { $0.metrics.cumulative.grade != nil }
        if isGraded { columns += ["baseline / right programs", "candidate / right programs", "grade"] }
        columns.append("verdict")
        return [
            "### \(network), layer by layer", "",
            "Isolated: each layer fed the baseline's own inputs. Cumulative: the error as it arrives."
                + (hasErrors
                    ? " Errors are against a float64 run; the last columns divide them by the bound on rounding errors, "
                        + "the worse of isolated and cumulative." : ""),
            "",
        ]
            + markdownTable(
                columns,
                layers.map { layer in
                    let (isolated, cumulative) = (layer.metrics.isolated, layer.metrics.cumulative)
                    func worstRatio(_ error: KeyPath<Agreement, ErrorAgainstOracle?>) -> Double? {
                        [isolated, cumulative].compactMap { $0?[keyPath: error]?.boundRatio }.max()
                    }
                    let errors = [
                        (cumulative.baselineError?.maxAbsError).short, (cumulative.candidateError?.maxAbsError).short,
                        worstRatio(\.baselineError).short, worstRatio(\.candidateError).short,
                    ]
                    return [
                        layer.metrics.isOutput ? "**\(layer.metrics.layer)**" : layer.metrics.layer,
                        layer.metrics.operator,
                    ] + (isolated?.difference.cells ?? ["-", "-", "-"]).prefix(2) + cumulative.difference.cells
                        + (hasErrors ? errors : [])
                        + (isGraded
                            ? [
                                (cumulative.baselineError?.envelopeRatio).short,
                                (cumulative.candidateError?.envelopeRatio).short, cumulative.grade?.rawValue ?? "-",
                            ] : []) + [layer.verdict.words]
                }) + nonFiniteLines
    }

    /// Which layers hold what is no number, how much of it, and where the first is.
    private var nonFiniteLines: [String] {
        let lines = layers.map(\.metrics).compactMap { layer -> String? in
            let whole = layer.cumulative.difference
            let parts = cases.lazy.compactMap { part in
                part.layers.first { $0.layer == layer.layer }.flatMap { part.name.paired(with: $0) }
            }
            guard whole.nonFiniteCount > 0, let (name, worst) = parts.first else { return nil }
            return "- \(layer.layer): \(whole.nonFiniteCount) of \(whole.count) elements are not finite, the first in "
                + "case \"\(name)\" at \(worst.index): \(worst.candidate.short) in the candidate, "
                + "\(worst.baseline.short) in the baseline."
        }
        return lines.isEmpty ? [] : [""] + lines
    }
}

extension String {
    /// A case's name with its first element that is not finite; nil if there is none.
    fileprivate func paired(with layer: LayerMetrics) -> (String, DifferingElement)? {
        let difference = layer.cumulative.difference
        return difference.nonFiniteCount > 0 ? difference.worst.map { (self, $0) } : nil
    }
}

extension Difference {
    /// The largest and the mean difference and the steps, for a table; what is no number is said to be none.
    fileprivate var cells: [String] {
        if let differentTypes {
            return ["\(differentTypes.map(\.rawValue).joined(separator: " and "))", "-", "-"]
        }
        guard nonFiniteCount > 0, let worst else { return [maxAbsDiff.short, meanAbsDiff.short, String(maxUlpDiff)] }
        let isNaN = worst.baseline.isNaN || worst.candidate.isNaN
        return [isNaN ? "NaN" : "infinite", "\(nonFiniteCount) of \(count) not finite", "-"]
    }
}
