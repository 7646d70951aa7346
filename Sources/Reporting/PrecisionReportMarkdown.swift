import Conformance

extension PrecisionReport {
    public var markdown: String {
        let lines =
            ["## FP16 against FP32: \(verdict.words)", ""] + networkLines + faceLines + flipLines + constantLines
        return shown(lines + deviationLines) + "\n"
    }

    private var networkLines: [String] {
        let rows = policies.flatMap { policy in
            policy.networks.map { network in
                let limit = policy.unattainable.contains { $0.check.contains("/\(network.network)/") }
                return [
                    policy.label, network.network, network.maxAbsDiff.short, network.meanAbsDiff.short,
                    network.floor.short + (limit ? " (limit unattainable)" : ""), network.meanIou.long,
                    network.minIou.long, (network.decisionAgreement.map { $0 * 100 }).long + " %",
                    network.firstNonFinite.map { "first in \($0)" } ?? "none",
                ]
            }
        }
        return [
            "Each network on equal inputs; *floor* is the error of rounding the exact outputs once to float16.", "",
        ]
            + markdownTable(
                [
                    "arithmetic", "network", "max abs diff", "mean abs diff", "floor", "mean IoU of own boxes",
                    "smallest", "decision agreement", "not finite",
                ], rows)
    }

    private var faceLines: [String] {
        let lines = [
            "",
            "End to end, the cascade truncates boxes to whole pixels and picks among them, and so amplifies: a face is "
                + "*flipped* where one such decision fell otherwise. Faces that are not flipped differ by the values of "
                + "the last box alone. *Float16 scores* are those of networks that compute the softmax in float16, too: "
                + "scores near 1 become equal, and their order with them.", "",
        ]
        let table = markdownTable(
            [
                "arithmetic", "frames", "faces", "mean IoU", "smallest IoU", "agreement", "false positives", "misses",
                "flipped", "mean IoU without flips", "mean IoU with float16 scores", "verdict",
            ],
            policies.map { policy in
                let summary = policy.endToEnd.summary
                return [
                    policy.label, "\(summary.frames)", "\(summary.expectedFaces)", summary.meanIou.long,
                    summary.smallestIou.long, (summary.detectionAgreement.map { $0 * 100 }).short + " %",
                    "\(summary.falsePositives)", "\(summary.misses)", "\(policy.endToEnd.flips.count)",
                    policy.endToEnd.meanIouWithoutFlips.long, policy.endToEnd.withFloat16Scores.meanIou.long,
                    policy.verdict.words,
                ]
            })
        return lines + table + notJudgedLines
    }

    /// The flipped decisions with the least overlap.
    private var flipLines: [String] {
        let shown = 5
        let rows = policies.flatMap { policy in
            let flips = policy.endToEnd.flips.sorted {
                ($0.1.intersectionOverUnion ?? 0) < ($1.1.intersectionOverUnion ?? 0)
            }
            return flips.prefix(shown).map { file, flip in
                let box = [flip.box.x, flip.box.y, flip.box.width, flip.box.height]
                    .map { "\(Int(saturating: $0.rounded()))" }
                return [
                    policy.label, file, box.joined(separator: " "), flip.stage, flip.decision.words, flip.margin.short,
                    flip.intersectionOverUnion.map(\.short) ?? "found once",
                ]
            }
        }
        return [
            "",
            "The flipped decisions that cost most, \(shown) for each arithmetic; the margin is how far float32 was "
                + "from deciding otherwise: a difference of scores, or pixels.", "",
        ] + markdownTable(["arithmetic", "frame", "box", "stage", "decision", "margin", "IoU"], rows)
    }

    /// The constants that do not fit float16, which are the same in every arithmetic.
    private var constantLines: [String] {
        let networks = policies.first?.networks ?? []
        let constants = networks.flatMap { network in network.constants.map { (network.network, $0) } }
        guard !constants.isEmpty else { return [] }
        return ["", "Constants with elements that float16 cannot hold as normal numbers:", ""]
            + markdownTable(
                ["network", "node", "constant", "elements", "not finite", "overflow", "become 0", "subnormal"],
                constants.map { network, constant in
                    [
                        network, constant.node, constant.name + (constant.isLost ? " (**lost**)" : ""),
                        "\(constant.count)", "\(constant.nonFiniteCount)", "\(constant.overflowCount)",
                        "\(constant.underflowCount)", "\(constant.subnormalCount)",
                    ]
                })
    }
}

extension PrecisionReport.Policy {
    fileprivate var label: String { arithmetic + (isPredicted ? " (predicted)" : "") }
}

extension PrecisionReport.EndToEnd {
    /// Every flipped decision, with its frame.
    fileprivate var flips: [(String, FlippedDecision)] {
        frames.flatMap { frame in frame.flippedDecisions.map { (frame.file, $0) } }
    }
}
