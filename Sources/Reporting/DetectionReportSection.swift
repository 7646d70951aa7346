import Conformance

extension DetectionReport {
    package var section: Section {
        let table = Table(
            [
                "gold", "minimum face", "frames", "faces", "mean IoU", "median IoU", "smallest IoU", "agreement",
                "false positives", "misses", "largest coordinate difference (px)", "tier", "verdict",
            ],
            runs.map { run in
                let summary = run.summary
                let agreement = (summary.detectionAgreement.map { $0 * 100 }).short
                return [
                    run.gold, "\(run.minimumFaceSize)", "\(summary.frames)", "\(summary.expectedFaces)",
                    summary.meanIou.long, summary.medianIou.long, summary.smallestIou.long, "\(agreement) %",
                    "\(summary.falsePositives)", "\(summary.misses)", summary.largestCoordinateDifference.short,
                    run.tier,
                ].cells + ["\(run.verdict)"]
            })
        let unpaired = runs.flatMap(\.frames).flatMap { $0.unpairedScores ?? [] }.furthestByNetwork
        return Section(
            self, title: "Faces against the gold",
            blocks: [
                .paragraph("Baseline: \(baseline.engine). Candidate: \(candidate.words)."), .table(table),
                .paragraph("Minimum tier, which decides: \(thresholds.words). Target tier: \(targets.words)."),
            ] + runs.flatMap(\.figures) + runs.compactMap(\.stageTable)
                + unpaired.map { .paragraph("Not a probability: \($0).") }
                + notJudged.map { .paragraph("Not judged: \($0).") })
    }
}

extension DetectionReport.Run {
    fileprivate var tier: String {
        if summary.frames == 0 { return "-" }
        if checks.contains(where: { $0.verdict == .doesNotConform }) { return "below minimum" }
        return targets.allSatisfy { $0.verdict == .conforms } ? "target" : "minimum"
    }

    /// How the boxes after each stage agree over all frames; the levels of the pyramid count as one stage.
    fileprivate var stageTable: Block? {
        var order = [String]()
        var rows = [String: (expected: Int, agreeing: Int, extra: Int, marginal: Int)]()
        for stage in frames.flatMap(\.stages) {
            let name = stage.stage.hasPrefix("pnet_level") ? "pnet_levels" : stage.stage
            if rows[name] == nil { order.append(name) }
            var row = rows[name] ?? (0, 0, 0, 0)
            row.expected += stage.expectedCount
            row.agreeing += stage.agreeingCount
            row.extra += stage.extra.count
            row.marginal += stage.marginalCount
            rows[name] = row
        }
        guard !order.isEmpty else { return nil }
        let departed = frames.compactMap { frame in frame.firstDeparture.map { "\(frame.file) at \($0)" } }
        let table = Table(
            ["stage", "boxes", "agreeing", "extra", "within a margin of a decision"],
            order.compactMap { name in
                rows[name].map { [name, "\($0.expected)", "\($0.agreeing)", "\($0.extra)", "\($0.marginal)"].cells }
            })
        let names = departed.isEmpty ? "none." : departed.joined(separator: "; ")
        return .folded(
            "\(gold), stage by stage", [.table(table), .paragraph("Frames that depart: \(names)")])
    }
}
