import Conformance
import Detection
import FaceConformance

extension Attribution {
    /// The answer in one line, and its evidence, in words.
    package var blocks: [Block] {
        var blocks: [Block] = [.paragraph(Phrase(answer))]
        if let sizes { blocks.append(.paragraph("Sizes: \(sizes).")) }
        if let words = written.words {
            blocks.append(
                .paragraph("Boxes are written \(words). The rest is compared with that undone."))
        }
        if !written.otherWords.isEmpty { blocks.append(.list(written.otherWords.cells)) }
        if !rows.isEmpty { blocks += ruleBlocks }
        if differingFrames > 0, !unexplained.isEmpty {
            blocks.append(.paragraph(Phrase(remaining)))
            if networkFault == nil {
                blocks.append(
                    .list(
                        unexplained.map { Phrase("\($0.file): \(decisions(of: $0))") }))
            }
        }
        if let networkFault, differingFrames > 0 {
            blocks += [
                .paragraph(
                    Phrase(
                        "Rules do not explain it: the network differs: \(networkFault). Record what its engine computes "
                            + "and compare (validation/CAPTURE_FORMAT.md):")),
                .code(["mtcnn-validate compare Fixtures/models/pnet.onnx their_pnet.h5"]),
            ]
        }
        return blocks
    }

    /// The changed rules, the meaning of each, and others that explain as much.
    private var ruleBlocks: [Block] {
        let table = Table(
            ["rules of", "changed", "mean IoU before", "after", "frames explained", "still differing"],
            rows.map { explanation in
                [
                    explanation.family.rawValue,
                    explanation.rules.isEmpty ? "-" : explanation.rules.map(\.description).joined(separator: " + "),
                    meanOverlapBefore.long, explanation.meanOverlapAfter.long, "\(explanation.framesExplained)",
                    "\(explanation.differingFrames)",
                ].cells
            })
        let named = Set(rows.flatMap(\.rules)).sorted { ($0.position, $0.value) < ($1.position, $1.value) }
        let others = (explanations.first?.equallyGood ?? []).map { other -> Phrase in
            "as good as the first: \(other.map { "`\($0)`" }.joined(separator: " + "))"
        }
        let items = named.map { rule -> Phrase in "\(code: "\(rule)"): \(rule.meaning)" } + others
        return [.table(table)] + (items.isEmpty ? [] : [.list(items)])
    }

    /// The best explanation, and those close to it; empty if no rules explain the list.
    private var rows: [Explanation] {
        guard networkFault == nil, let best = explanations.first else { return [] }
        let others = explanations.dropFirst().filter { $0.framesExplained > 0 }
        return [best] + others.prefix(4)
    }

    /// The decisions that may make a frame differ.
    private func decisions(of frame: UnexplainedFrame) -> String {
        if let flipped = frame.flippedDecision {
            return "one close decision, taken the other way, makes it the same: \(flipped)"
        }
        guard !frame.closeDecisions.isEmpty else { return "no decision about its faces is close" }
        return "no close decision alone makes it the same; close are: \(frame.closeDecisions.joined(separator: "; "))"
    }

    private var remaining: String {
        "\(unexplained.count) of \(max(differingFrames, unexplained.count)) frames remain unexplained."
    }

    /// One line.
    private var answer: String {
        guard meanOverlapBefore != nil else {
            return "\(differingFrames) of \(frames) frames differ; neither side has a face: nothing was compared."
        }
        let start = "\(differingFrames) of \(frames) frames differ; mean IoU of all faces \(meanOverlapBefore.long)."
        guard differingFrames > 0 else {
            let isPlain = written.words == nil && written.otherWords.isEmpty
            return start + (isPlain ? " Nothing is left to explain." : " Only the writing differs.")
        }
        if networkFault != nil { return start + " Rules do not explain it; the network differs." }
        guard let best = explanations.first else { return start + " No changed rule brings our faces closer." }
        let rules =
            "the rules of \(best.family.rawValue)"
            + (best.rules.isEmpty ? "" : " with \(best.rules.map { "`\($0)`" }.joined(separator: " and "))")
        if best.differingFrames == 0 { return start + " Explained by \(rules)." }
        return start + " Closest are \(rules): \(remaining)"
    }
}
