import Conformance

extension LayerReport {
    public var markdown: String {
        var lines = [
            "## FP32 against ONNX: \(verdict.words)", "",
            "Baseline: \(baseline.words). Candidate: \(candidate.words)."
                + (outputsOnly ? " Outputs alone were compared." : ""), "",
            "| network | verdict | cases | elements | max abs diff of outputs | mean abs diff | first divergence |",
            "|---|---|---|---|---|---|---|",
        ]
        for network in networks {
            let verdict = network.verdict.words + (network.notJudgedBecause.map { " (\($0))" } ?? "")
            let isMeasured = network.layers.contains(where: \.metrics.isOutput)
            let cells = [
                network.network, verdict, "\(network.cases.count)", "\(network.elementsCompared)",
                isMeasured ? network.maxAbsDiff.short : "-", isMeasured ? network.meanAbsDiff.short : "-",
                outputsOnly ? "not determined" : network.divergence,
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        for network in networks where !network.layers.isEmpty { lines += [""] + network.layerTable }
        return (lines + deviationLines).joined(separator: "\n") + "\n"
    }
}

extension LayerReport.Network {
    /// Where a side departs, in words; which only layers tell that were fed the baseline's own inputs.
    fileprivate var divergence: String {
        if let firstDivergence { return "\(firstDivergence.layer) (the \(firstDivergence.side.rawValue)'s)" }
        return layers.contains { $0.metrics.isolated != nil } ? "none" : "not determined"
    }

    fileprivate var layerTable: [String] {
        [
            "### \(network), layer by layer", "",
            "Isolated: each layer fed the baseline's own inputs. Cumulative: the error as it arrives. Errors are "
                + "against a float64 run; the last columns divide them by the bound on rounding errors, the worse of isolated "
                + "and cumulative.", "",
            "| layer | operator | isolated max | isolated mean | cumulative max | cumulative mean | ULP "
                + "| baseline's error | candidate's error | baseline / bound | candidate / bound | verdict |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
        ]
            + layers.map { layer in
                let (isolated, cumulative) = (layer.metrics.isolated, layer.metrics.cumulative)
                func worstRatio(_ error: KeyPath<Agreement, ErrorAgainstOracle?>) -> Double? {
                    [isolated, cumulative].compactMap { $0?[keyPath: error]?.boundRatio }.max()
                }
                let cells = [
                    layer.metrics.isOutput ? "**\(layer.metrics.layer)**" : layer.metrics.layer, layer.metrics.operator,
                    (isolated?.difference.maxAbsDiff).short, (isolated?.difference.meanAbsDiff).short,
                    cumulative.difference.maxAbsDiff.short, cumulative.difference.meanAbsDiff.short,
                    String(cumulative.difference.maxUlpDiff), (cumulative.baselineError?.maxAbsError).short,
                    (cumulative.candidateError?.maxAbsError).short, worstRatio(\.baselineError).short,
                    worstRatio(\.candidateError).short, layer.verdict.words,
                ]
                return "| " + cells.joined(separator: " | ") + " |"
            }
    }
}

extension Report {
    /// What was not judged, and why.
    var notJudgedLines: [String] { notJudged.flatMap { ["", "Not judged: \($0)."] } }

    /// The listed deviations, and the checks that fail without being listed.
    var deviationLines: [String] {
        var lines = [String]()
        if !deviations.isEmpty {
            lines += [
                "", "### Known deviations", "", "| check | value | limit | accepted up to | status | reason |",
                "|---|---|---|---|---|---|",
            ]
            lines += deviations.map { deviation in
                let (value, limit) = deviation.figures
                return "| \(deviation.check) | \(value) | \(limit) | \(deviation.bound.short) "
                    + "| \(deviation.status.words) | \(deviation.reason) |"
            }
        }
        let failures = checks.filter { $0.verdict == .doesNotConform }
        if !failures.isEmpty {
            lines += ["", "### Limits that do not hold", "", "| check | value | limit | origin |", "|---|---|---|---|"]
            lines += failures.map { check in
                let (value, limit) = toldApart(check.value, from: check.limit)
                return "| \(check.id) | \(value) | \(limit) | \(check.origin.rawValue) |"
            }
        }
        return lines
    }
}

extension DeviationOutcome {
    /// The value and its limit for a person; dashes where the check was not made.
    public var figures: (value: String, limit: String) {
        guard let value, let limit else { return ("-", "-") }
        return toldApart(value, from: limit)
    }
}
