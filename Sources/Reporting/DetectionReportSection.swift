import Conformance
import FaceConformance

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
        let unpaired = runs.flatMap { run in
            run.frames.flatMap { $0.unpairedScores ?? [] } + (run.others?.unpairedScores ?? [])
        }.furthestByNetwork
        let unlisted = runs.flatMap { run in
            run.others?.faces.blocks(of: run.gold, listed: run.frames.count) ?? []
        }
        return Section(
            self, title: "Faces against the gold",
            blocks: [
                .paragraph("Baseline: \(baseline.engine). Candidate: \(candidate.words)."), .table(table),
                .paragraph("Minimum tier, which decides: \(thresholds.words). Target tier: \(targets.words)."),
            ] + unlisted + runs.flatMap(\.figures) + runs.compactMap(\.stageTable)
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
        var rows = [StageTally]()
        for stage in frames.flatMap(\.stages).map({ StageTally($0) }) + (others?.stages ?? []) {
            if let index = rows.firstIndex(where: { $0.stage == stage.stage }) {
                rows[index].merge(stage)
            } else {
                rows.append(stage)
            }
        }
        guard !rows.isEmpty else { return nil }
        let departed =
            frames.compactMap { frame in frame.firstDeparture.map { "\(frame.file) at \($0)" } }
            + (others.map { $0.departing > 0 ? ["\($0.departing) more"] : [] } ?? [])
        let table = Table(
            ["stage", "boxes", "agreeing", "extra", "within a margin of a decision"],
            rows.map {
                [$0.stage, "\($0.expected)", "\($0.agreeing)", "\($0.extra)", "\($0.marginal)"].cells
            })
        let names = departed.isEmpty ? "none." : departed.joined(separator: "; ")
        return .folded(
            "\(gold), stage by stage", [.table(table), .paragraph("Frames that depart: \(names)")])
    }
}
