import Detection
import Testing

@testable import FaceConformance

/// The decisions about a box that last bits may take the other way, and what is said of each.
@Suite struct CloseDecisionTests {
    private let rules = CascadeRules.openFace

    private func candidate(_ x: Float, _ score: Float, side: Float = 40) -> Candidate {
        Candidate(
            box: BoundingBox(x: x, y: 20, width: side, height: side), score: score,
            regression: BoxRegression(left: 0, top: 0, right: 0, bottom: 0))
    }

    private func level(_ proposals: [Candidate]) -> CascadeRecord {
        CascadeRecord(levels: [PyramidLevel(scale: PyramidScale(scale: 0.5, width: 9, height: 9), proposals: proposals)]
        )
    }

    private func decisions(_ record: CascadeRecord, near x: Float = 10) -> [CloseDecision] {
        record.closeDecisions(near: [BoundingBox(x: x, y: 20, width: 40, height: 40)], rules)
    }

    @Test("A score as near to its threshold as two programs' may be apart is close; one further off is not")
    func thresholds() {
        let limit = rules.scoreThresholds.proposal
        let margin = DecisionMargin.scoreMargin
        for (score, other) in [
            (limit + margin / 2, limit.nextDown), (limit - margin / 2, limit.nextUp),
            (limit.nextUp, limit.nextDown), (limit.nextDown, limit.nextUp),
        ] {
            let found = decisions(level([candidate(10, score)]))
            #expect(found.map(\.nudge) == [Nudge(.level(0), position: 0, box: candidate(10, 0).box, score: other)])
            #expect(found[0].words.hasPrefix("pnet_level_0: the score \(score) lies \(abs(score - limit)) from"))
        }
        #expect(decisions(level([candidate(10, limit)])).map(\.nudge.score) == [limit.nextDown, limit.nextUp])
        #expect(decisions(level([candidate(10, limit + 2 * margin), candidate(10, limit - 2 * margin)])).isEmpty)
    }

    @Test("A score exactly as far from its threshold as two programs' may be apart is close")
    func farthest() {
        var rules = rules
        rules.scoreThresholds = ScoreThresholds(proposal: 0)
        let margin = DecisionMargin.scoreMargin
        for (score, count) in [(margin, 1), (-margin, 1), (margin.nextUp, 0), (-margin.nextUp, 0)] {
            let found = level([candidate(10, score)]).closeDecisions(near: [candidate(10, 0).box], rules)
            #expect(found.count == count)
        }
    }

    @Test("Each threshold is its stage's own")
    func stages() {
        for (stage, limit) in [
            (CascadeStage.refinementOutput, rules.scoreThresholds.refinement),
            (.outputOutput, rules.scoreThresholds.output),
        ] {
            var record = CascadeRecord(levels: [])
            record[stage] = [candidate(300, 0.99), candidate(10, limit.nextUp)]
            #expect(
                decisions(record).map(\.nudge)
                    == [Nudge(.stage(stage), position: 1, box: candidate(10, 0).box, score: limit.nextDown)])
        }
    }

    @Test("Decisions about boxes that lie elsewhere are left out: less than a fifth in common")
    func elsewhere() {
        let record = level([candidate(10, rules.scoreThresholds.proposal)])
        // Overlaps of 40 pixels that are moved: (40 - d) / (40 + d).
        #expect(!decisions(record, near: 10 + 26).isEmpty)
        #expect(decisions(record, near: 10 + 27).isEmpty)
        #expect(record.closeDecisions(near: [], rules).isEmpty)
    }

    @Test("Boxes that suppress each other and score nearly the same may change places, whatever their order")
    func equalScores() {
        let score: Float = 0.9
        let lower = score - DecisionMargin.scoreMargin / 2
        for (scores, expected) in [([score, lower], 1), ([lower, score], 0)] {
            let found = decisions(level([candidate(10, scores[0]), candidate(11, scores[1])]))
            #expect(found.map(\.nudge.position) == [expected] && found.map(\.nudge.score) == [score.nextUp])
            #expect(found[0].words.contains("\(score) and \(lower), are \(score - lower) apart"))
        }
        let equal = decisions(level([candidate(10, score), candidate(11, score)]))
        #expect(equal.map(\.nudge.position) == [0, 1] && equal.allSatisfy { $0.words.contains("equal scores, 0.9") })
        // Too far apart in score, and too far apart to suppress each other.
        #expect(decisions(level([candidate(10, score), candidate(11, score - 1e-4)])).isEmpty)
        #expect(decisions(level([candidate(10, score), candidate(32, score)])).isEmpty)
        // All pairs, not the first alone.
        let three = decisions(level([candidate(10, score), candidate(11, lower), candidate(12, lower - 1e-6)]))
        #expect(three.map(\.nudge.position) == [1, 2, 2])
    }

    @Test("Each list of boxes is judged by the suppression that is next")
    func suppressions() {
        let pair = [candidate(10, 0.9), candidate(11, 0.9)]
        for stage in [CascadeStage.proposals, .refinementOutput, .correctedOutputs] {
            var record = CascadeRecord(levels: [])
            record[stage] = pair
            #expect(decisions(record).map(\.nudge.list) == [.stage(stage), .stage(stage)])
        }
        var record = CascadeRecord(levels: [])
        record[.suppressedOutputs] = pair
        #expect(decisions(record).isEmpty)
    }

    @Test("A side that lies as near to another pixel as corrections may be apart is close")
    func pixels() {
        func face(_ x: Float) -> Candidate {
            Candidate(
                box: BoundingBox(x: x, y: 20.3, width: 40.4, height: 40.4), score: 0.875,
                regression: BoxRegression(left: 0, top: 0, right: 0, bottom: 0))
        }
        for (corrected, input) in [
            (CascadeStage.correctedProposals, CascadeStage.refinementInput), (.correctedRefinements, .outputInput),
        ] {
            var record = CascadeRecord(levels: [])
            record[corrected] = [face(300.4), face(10.9999)]
            let found = decisions(record)
            #expect(!found.isEmpty && found.allSatisfy { $0.nudge.list == .stage(input) && $0.nudge.position == 1 })
            #expect(found.allSatisfy { $0.nudge.score == 0.875 && $0.box == face(10.9999).box })
            #expect(found.allSatisfy { $0.words.hasPrefix("\(input.rawValue): a side of a square lies") })
            record[corrected] = [face(10.6)]
            #expect(decisions(record).isEmpty)
        }
    }
}
