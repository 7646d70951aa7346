import Conformance
import Detection

/// A decision of the cascade about a box that another computation's last bits may reverse.
struct CloseDecision {
    /// The box or the score that would reverse it.
    let nudge: Nudge
    /// In words: the decision, and how close it is.
    let words: String
    /// The box that it decides about.
    let box: BoundingBox

    /// The largest distance of scores or coordinates at which the last bits may decide.
    private static let scoreMargin = DecisionMargin.scoreMargin
    private static let coordinateMargin = DecisionMargin.coordinateMargin
}

extension CascadeRecord {
    /// The close decisions about boxes that overlap with given faces, in cascade order.
    func closeDecisions(near faces: [BoundingBox], _ rules: CascadeRules) -> [CloseDecision] {
        let thresholds = rules.scoreThresholds
        var found: [CloseDecision] = []
        for (index, level) in levels.enumerated() {
            let list = Nudge.List.level(index)
            found += CloseDecision.atThreshold(thresholds.proposal, level.proposals, in: list)
            found += CloseDecision.ofEqualScores(level.proposals, rules.suppressionWithinLevel, rules, in: list)
        }
        func add(_ stage: CascadeStage, _ decisions: (Nudge.List, [Candidate]) -> [CloseDecision]) {
            if let candidates = self[stage] { found += decisions(.stage(stage), candidates) }
        }
        add(.proposals) { CloseDecision.ofEqualScores($1, rules.suppressionOfProposals, rules, in: $0) }
        if let corrected = self[.correctedProposals] {
            found += CloseDecision.atPixels(corrected, rules, in: .stage(.refinementInput))
        }
        add(.refinementOutput) { CloseDecision.atThreshold(thresholds.refinement, $1, in: $0) }
        add(.refinementOutput) { CloseDecision.ofEqualScores($1, rules.suppressionOfRefinements, rules, in: $0) }
        if let corrected = self[.correctedRefinements] {
            found += CloseDecision.atPixels(corrected, rules, in: .stage(.outputInput))
        }
        add(.outputOutput) { CloseDecision.atThreshold(thresholds.output, $1, in: $0) }
        add(.correctedOutputs) { CloseDecision.ofEqualScores($1, rules.suppressionOfFaces, rules, in: $0) }
        return found.filter { decision in
            faces.contains { $0.intersectionOverUnion(with: decision.box) >= 0.2 }
        }
    }
}

extension CloseDecision {
    fileprivate static func atThreshold(
        _ threshold: Float, _ candidates: [Candidate], in list: Nudge.List
    ) -> [CloseDecision] {
        candidates.enumerated().flatMap { position, candidate -> [CloseDecision] in
            let distance = candidate.score - threshold
            guard abs(distance) <= scoreMargin else { return [] }
            // A score that equals its threshold passes under some rules.
            let others = [distance >= 0 ? threshold.nextDown : nil, distance <= 0 ? threshold.nextUp : nil]
            return others.compactMap { $0 }.map { other in
                CloseDecision(
                    nudge: Nudge(list, position: position, box: candidate.box, score: other),
                    words: "\(list.name): the score \(candidate.score) lies \(abs(distance)) from its threshold "
                        + "\(threshold)",
                    box: candidate.box)
            }
        }
    }

    /// If two boxes would suppress each other, the one with the lower score, or the later one of equals, would come
    /// first.
    fileprivate static func ofEqualScores(
        _ candidates: [Candidate], _ suppression: Suppression, _ rules: CascadeRules, in list: Nudge.List
    ) -> [CloseDecision] {
        let byScore = candidates.indices.sorted { candidates[$0].score > candidates[$1].score }
        var found: [CloseDecision] = []
        for (rank, first) in byScore.enumerated() {
            for second in byScore[(rank + 1)...] {
                let (higher, lower) = (candidates[first].score, candidates[second].score)
                guard higher - lower <= scoreMargin else { break }
                guard suppression.applies(to: candidates[first].box, candidates[second].box, rules: rules) else {
                    continue
                }
                let words =
                    higher == lower
                    ? "\(list.name): two boxes that suppress each other have equal scores, \(higher)"
                    : "\(list.name): the scores of two boxes that suppress each other, \(higher) and \(lower), are "
                        + "\(higher - lower) apart, which float32 sums in another order may exchange"
                // If scores are equal, either may have come first.
                for position in higher == lower ? [first, second] : [second] {
                    found.append(
                        CloseDecision(
                            nudge: Nudge(
                                list, position: position, box: candidates[position].box, score: higher.nextUp),
                            words: words, box: candidates[position].box))
                }
            }
        }
        return found
    }

    fileprivate static func atPixels(
        _ corrected: [Candidate], _ rules: CascadeRules, in list: Nudge.List
    ) -> [CloseDecision] {
        corrected.enumerated().flatMap { position, candidate in
            rules.squares(near: candidate.box, within: coordinateMargin).map { square in
                CloseDecision(
                    nudge: Nudge(list, position: position, box: square.box, score: candidate.score),
                    words:
                        "\(list.name): a side of a square lies \(square.distance) pixel from where it becomes another "
                        + "pixel, which float32 in place of float64, or another order of sums, may decide",
                    box: candidate.box)
            }
        }
    }
}

extension Nudge.List {
    fileprivate var name: String {
        switch self {
        case .level(let index): "pnet_level_\(index)"
        case .stage(let stage): stage.rawValue
        }
    }
}
