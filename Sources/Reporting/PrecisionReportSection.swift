import Conformance
import FaceConformance

extension PrecisionReport {
    package var section: Section {
        Section(
            self, title: "FP16 against FP32",
            blocks: networkBlocks + taskBlocks + (hasFaces ? faceBlocks + flipBlocks : reasonBlocks) + rangeFigures
                + constantBlocks)
    }

    /// Whether the networks are a cascade, which finds faces.
    var hasFaces: Bool { policies.contains { $0.endToEnd != nil } }

    private var taskBlocks: [Block] {
        policies.flatMap { policy in
            (policy.tasks ?? []).flatMap { $0.outcomes.blocks(of: "\(policy.label), \($0.network)") }
        }
    }

    /// What was not judged, and why.
    private var reasonBlocks: [Block] { notJudged.map { .paragraph("Not judged: \($0).") } }

    private var networkBlocks: [Block] {
        let hasFaces = hasFaces
        let rows = policies.flatMap { policy in
            policy.networks.map { network -> [Phrase] in
                let isAttainable = !policy.isUnattainable(network)
                return [
                    policy.label, network.network, network.maxAbsDiff.short, network.meanAbsDiff.short,
                    network.floor.short + (isAttainable ? "" : " (limit unattainable)"),
                ].cells
                    + (hasFaces
                    ? [
                        network.meanIou.long, network.minIou.long,
                        (network.decisionAgreement.map { $0 * 100 }).long + " %",
                    ] : []).cells
                    + [network.firstNonFinite.map { "first in \($0)" } ?? "none"].cells
            }
        }
        return [
            .paragraph(
                "Each network on equal inputs; \(emphasis: "floor") is the error of rounding the exact outputs once to "
                    + "float16.")
        ] + arithmeticFigures + [
            .table(
                Table(
                    ["arithmetic", "network", "max abs diff", "mean abs diff", "floor"]
                        + (hasFaces ? ["mean IoU of own boxes", "smallest", "decision agreement"] : [])
                        + ["not finite"], rows))
        ]
    }

    private var faceBlocks: [Block] {
        let meaning: Phrase =
            "End to end, the cascade truncates boxes to whole pixels and picks among them, and so amplifies: a face is "
            + "\(emphasis: "flipped") where one such decision fell otherwise. Faces that are not flipped differ by the "
            + "values of the last box alone. \(emphasis: "Float16 scores") are those of networks that compute the softmax "
            + "in float16, too: scores near 1 become equal, and their order with them."
        let table = Table(
            [
                "arithmetic", "frames", "faces", "mean IoU", "smallest IoU", "agreement", "false positives", "misses",
                "flipped", "mean IoU without flips", "mean IoU with float16 scores", "verdict",
            ],
            policies.compactMap { policy in
                guard let endToEnd = policy.endToEnd else { return nil }
                let summary = endToEnd.summary
                return [
                    policy.label, "\(summary.frames)", "\(summary.expectedFaces)", summary.meanIou.long,
                    summary.smallestIou.long, (summary.detectionAgreement.map { $0 * 100 }).short + " %",
                    "\(summary.falsePositives)", "\(summary.misses)",
                    "\(endToEnd.flips.count + (endToEnd.others?.flips ?? 0))",
                    endToEnd.meanIouWithoutFlips.long, endToEnd.withFloat16Scores.meanIou.long,
                ].cells + ["\(policy.verdict)"]
            })
        let unlisted = policies.flatMap { policy in
            policy.endToEnd.flatMap { endToEnd in
                endToEnd.others?.faces.blocks(of: policy.label, listed: endToEnd.frames.count)
            } ?? []
        }
        return [.paragraph(meaning), .table(table)] + unlisted + reasonBlocks
    }

    /// The flipped decisions with the smallest overlaps.
    private var flipBlocks: [Block] {
        let shown = 5
        let rows = policies.flatMap { policy in
            (policy.endToEnd?.flips ?? []).prefix(shown).map { file, flip in
                let box = [flip.box.x, flip.box.y, flip.box.width, flip.box.height]
                    .map { "\(Int(saturating: $0.rounded()))" }
                return [
                    policy.label, file, box.joined(separator: " "), flip.stage, flip.decision.words, flip.margin.short,
                    flip.intersectionOverUnion.map(\.short) ?? "found once",
                ].cells
            }
        }
        let meaning =
            "The flipped decisions that cost most, \(shown) for each arithmetic; the margin is how far float32 was "
            + "from deciding otherwise: a difference of scores, or pixels."
        let table = Table(["arithmetic", "frame", "box", "stage", "decision", "margin", "IoU"], rows)
        return flipFigures
            + [.folded("Flipped decisions", [.paragraph(Phrase(meaning)), .table(table)])]
    }

    /// The constants that do not fit float16, which are the same in every arithmetic.
    private var constantBlocks: [Block] {
        let networks = policies.first?.networks ?? []
        let constants = networks.flatMap { network in network.constants.map { (network.network, $0) } }
        guard !constants.isEmpty else { return [] }
        let table = Table(
            ["network", "node", "constant", "elements", "not finite", "overflow", "become 0", "subnormal"],
            constants.map { network, constant in
                let name: Phrase =
                    constant.isLost ? "\(constant.name) (\(strong: "lost"))" : Phrase(constant.name)
                return [Phrase(network), Phrase(constant.node), name]
                    + [
                        constant.count, constant.nonFiniteCount, constant.overflowCount, constant.underflowCount,
                        constant.subnormalCount,
                    ].map { Phrase("\($0)") }
            })
        return [
            .folded(
                "Constants that float16 cannot hold",
                [
                    .paragraph("Constants with elements that float16 cannot hold as normal numbers:"), .table(table),
                ])
        ]
    }
}

extension PrecisionReport.Policy {
    var label: String { arithmetic + (isPredicted ? " (predicted)" : "") }

    /// Whether rounding a network's exact outputs once may already exceed the limit.
    func isUnattainable(_ network: NetworkPrecision) -> Bool {
        unattainable.contains { $0.check.contains("/\(network.network)/") }
    }
}

extension PrecisionReport.EndToEnd {
    /// Every flipped decision with its frame, the costliest first.
    var flips: [(file: String, flip: FlippedDecision)] {
        frames.flatMap { frame in frame.flippedDecisions.map { (frame.file, $0) } }
            .sorted { ($0.1.intersectionOverUnion ?? 0) < ($1.1.intersectionOverUnion ?? 0) }
    }
}
