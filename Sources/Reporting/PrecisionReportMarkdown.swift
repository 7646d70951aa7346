import Conformance

extension PrecisionReport {
    public var markdown: String {
        var lines = [
            "## FP16 against FP32: \(verdict.words)", "",
            "Each network on equal inputs; *floor* is the error of rounding the exact outputs once to float16.", "",
            "| arithmetic | network | max abs diff | mean abs diff | floor | mean IoU of own boxes | smallest "
                + "| decision agreement | not finite |", "|---|---|---|---|---|---|---|---|---|",
        ]
        for policy in policies {
            for network in policy.networks {
                let cells = [
                    policy.arithmetic + (policy.isPredicted ? " (predicted)" : ""), network.network,
                    network.maxAbsDiff.short, network.meanAbsDiff.short, network.floor.short, network.meanIou.long,
                    network.minIou.long, (network.decisionAgreement.map { $0 * 100 }).long + " %",
                    network.firstNonFinite.map { "first in \($0)" } ?? "none",
                ]
                lines.append("| " + cells.joined(separator: " | ") + " |")
            }
        }
        lines += [
            "", "End to end, the cascade truncates boxes to whole pixels and picks among them, and so amplifies.", "",
            "| arithmetic | frames | faces | mean IoU | smallest IoU | agreement | false positives | misses "
                + "| frames that depart, by first stage | verdict |", "|---|---|---|---|---|---|---|---|---|---|",
        ]
        for policy in policies {
            let summary = policy.endToEnd.summary
            let cells = [
                policy.arithmetic, "\(summary.frames)" + (policy.endToEnd.frameStep == 1 ? "" : " (every third)"),
                "\(summary.expectedFaces)", summary.meanIou.long,
                summary.smallestIou.long, (summary.detectionAgreement.map { $0 * 100 }).short + " %",
                "\(summary.falsePositives)", "\(summary.misses)", policy.endToEnd.departures, policy.verdict.words,
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return (lines + deviationLines).joined(separator: "\n") + "\n"
    }
}

extension PrecisionReport.EndToEnd {
    /// `21 at pnet_level_0, 2 at rnet_raw`
    fileprivate var departures: String {
        var order = [String]()
        var counts = [String: Int]()
        for stage in frames.compactMap(\.firstDeparture?.stage) {
            if counts[stage] == nil { order.append(stage) }
            counts[stage, default: 0] += 1
        }
        return order.isEmpty ? "none" : order.map { "\(counts[$0] ?? 0) at \($0)" }.joined(separator: ", ")
    }
}
