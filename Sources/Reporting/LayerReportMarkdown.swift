import Conformance

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

    fileprivate var layerTable: [String] {
        let hasErrors = layers.contains {
            $0.metrics.cumulative.baselineError != nil || $0.metrics.cumulative.candidateError != nil
        }
        var columns = [
            "layer", "operator", "isolated max", "isolated mean", "cumulative max", "cumulative mean", "ULP",
        ]
        if hasErrors { columns += ["baseline's error", "candidate's error", "baseline / bound", "candidate / bound"] }
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
                        (isolated?.difference.maxAbsDiff).short, (isolated?.difference.meanAbsDiff).short,
                        cumulative.difference.maxAbsDiff.short, cumulative.difference.meanAbsDiff.short,
                        String(cumulative.difference.maxUlpDiff),
                    ] + (hasErrors ? errors : []) + [layer.verdict.words]
                })
    }
}
