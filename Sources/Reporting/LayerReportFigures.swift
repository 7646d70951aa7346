import Conformance

extension LayerReport.Layer {
    /// The layer as a row of its network's column.
    func drawn(isFirstDivergence: Bool) -> LayerColumn.Layer {
        let (isolated, cumulative) = (metrics.isolated, metrics.cumulative)
        var marks = [Mark]()
        if let isolated { marks.append(Mark(.isolated, isolated.difference.maxAbsDiffOfAll)) }
        marks.append(Mark(.cumulative, cumulative.difference.maxAbsDiffOfAll))
        for (kind, agreement) in [(Mark.Kind.isolatedBound, isolated), (.cumulativeBound, cumulative)] {
            if let bound = agreement?.candidateError?.boundBesideLargest { marks.append(Mark(kind, bound)) }
        }
        if let envelope = cumulative.candidateError?.envelope, envelope > 0 { marks.append(Mark(.envelope, envelope)) }
        return LayerColumn.Layer(
            name: metrics.layer, operator: metrics.operator, isOutput: metrics.isOutput, verdict: verdict,
            isFirstDivergence: isFirstDivergence, marks: marks, details: details)
    }

    private var details: [Block] {
        let modes = [("isolated", metrics.isolated), ("cumulative", metrics.cumulative)]
            .compactMap { name, agreement in agreement.map { (name, $0) } }
        func row(_ name: String, _ value: (Agreement) -> String) -> [Phrase]? {
            let values = modes.map { value($0.1) }
            return values.allSatisfy { $0 == "-" } ? nil : ([name] + values).cells
        }
        let rows = [
            row("elements") { "\($0.difference.count)" }, row("max abs diff") { $0.difference.maxAbsDiff.short },
            row("mean abs diff") { $0.difference.meanAbsDiff.short },
            row("max rel diff") { $0.difference.maxRelDiff.short }, row("ULPs") { "\($0.difference.maxUlpDiff)" },
            row("not finite") { $0.difference.nonFiniteCount > 0 ? "\($0.difference.nonFiniteCount)" : "-" },
            row("baseline's error") { ($0.baselineError?.maxAbsError).short },
            row("candidate's error") { ($0.candidateError?.maxAbsError).short },
            row("baseline's error / bound") { ($0.baselineError?.boundRatio).short },
            row("candidate's error / bound") { ($0.candidateError?.boundRatio).short },
            row("candidate's error / right programs'") { ($0.candidateError?.envelopeRatio).short },
            row("baseline's error / probable bound") { ($0.baselineError?.probableBoundRatio).short },
            row("candidate's error / probable bound") { ($0.candidateError?.probableBoundRatio).short },
            row("baseline's error / Winograd's bound") { ($0.baselineError?.widestBoundRatio).short },
            row("candidate's error / Winograd's bound") { ($0.candidateError?.widestBoundRatio).short },
            row("grade") { $0.grade?.rawValue ?? "-" },
        ].compactMap { $0 }
        var blocks: [Block] = [.table(Table(["figure"] + modes.map(\.0), rows))]
        for (name, agreement) in modes {
            let difference = agreement.difference
            guard let bins = difference.histogram?.bins, !bins.isEmpty else { continue }
            let differing = bins.map(\.count).reduce(0, +) + difference.nonFiniteCount
            blocks.append(
                .figure(
                    .histogram(
                        HistogramChart(
                            title: "differences, \(name)", bins: bins, equal: max(0, difference.count - differing)))))
        }
        let worst = modes.compactMap { name, agreement in agreement.difference.worst.map { (name, $0) } }
        if !worst.isEmpty {
            blocks.append(
                .table(
                    Table(
                        [
                            "worst element", "index", "baseline", "candidate", "baseline's bits", "candidate's bits",
                            "ULPs",
                        ],
                        worst.map { name, element in
                            [
                                Phrase(name), "\(element.index)", Phrase(Double?(element.baseline).long),
                                Phrase(Double?(element.candidate).long), "\(code: element.baselineBits)",
                                "\(code: element.candidateBits)", Phrase(element.ulps.map { "\($0)" } ?? "-"),
                            ]
                        })))
        }
        let failing = checks.filter { $0.verdict != .conforms }
        if !failing.isEmpty {
            blocks.append(
                .list(
                    failing.map { check in
                        let reason = check.knownDeviation.map { " \($0)" } ?? ""
                        return "\(check.verdict): \(check.id): \(check.failureMessage).\(reason)"
                    }))
        }
        return blocks
    }
}

extension ErrorAgainstOracle {
    /// The bound, placed relative to the largest error as at the element with the largest ratio: if the error lies to
    /// the right of its bound, it exceeds the bound somewhere. Nil if there is no error to compare.
    fileprivate var boundBesideLargest: Double? {
        boundRatio > 0 && boundRatio.isFinite && maxAbsError > 0 ? maxAbsError / boundRatio : nil
    }
}
