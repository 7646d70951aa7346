import Conformance
import Detection

/// Why a face of one computation is another box, or missing, in another: the first decision on the face's way through
/// the cascade, from its proposal on, that went differently.
package struct FlippedDecision: Equatable, Sendable, Codable {
    package enum Decision: String, Sendable, Codable, CaseIterable {
        /// A score fell on the other side of its threshold. The margin is the score's distance from the threshold.
        case scoreThreshold = "score_threshold"
        /// Another of several overlapping boxes was picked. The margin is the difference of their scores.
        case suppressionOrder = "suppression_order"
        /// A coordinate was truncated to another whole pixel. The margin is its distance from the boundary, in pixels.
        case truncation
    }

    /// The stage after which the lists differ for this face, named as in the gold files; `pnet_level` for the proposals
    /// of any pyramid level.
    package let stage: String
    package let decision: Decision
    /// The face in the baseline, or in the candidate if only that has it.
    package let face: BoundingBox
    /// The box decided about, in the baseline, or in the candidate if only that has it.
    package let box: BoundingBox
    /// How far the baseline was from deciding otherwise (or the candidate, if only that has the box); nil if the
    /// baseline never judged the box that was picked instead.
    package let margin: Double?
    /// The overlap of both faces; nil if only one computation found it.
    package let intersectionOverUnion: Double?

    package init(
        stage: String, decision: Decision, face: BoundingBox, box: BoundingBox, margin: Double?,
        intersectionOverUnion: Double?
    ) {
        self.stage = stage
        self.decision = decision
        self.face = face
        self.box = box
        self.margin = margin
        self.intersectionOverUnion = intersectionOverUnion
    }
}

extension FlippedDecision {
    /// The flipped decisions behind all faces of a frame that differ by more than the last box's values.
    ///
    /// - Returns: nothing if a record lacks stages.
    package static func all(
        expected: CascadeRecord, found: CascadeRecord, scoreThresholds: ScoreThresholds = ScoreThresholds()
    ) -> [FlippedDecision] {
        guard let mine = Computation(expected), let theirs = Computation(found) else { return [] }
        let comparison = RunComparison(mine, theirs, scoreThresholds)
        let matching = FaceMatching(file: "", expected: expected.faces, found: found.faces)
        func position(of box: BoundingBox, in record: CascadeRecord) -> Int? {
            record.faces.firstIndex { $0.box == box }
        }
        let changed = matching.matches.compactMap { match in
            if let first = position(of: match.expected, in: expected),
                let second = position(of: match.found, in: found)
            {
                comparison.decision(
                    between: mine.lineages.faces[first], and: theirs.lineages.faces[second],
                    ExplainedFace(box: match.expected, overlap: match.intersectionOverUnion))
            } else {
                FlippedDecision?.none
            }
        }
        let missed = matching.missed.compactMap { box in
            position(of: box, in: expected).flatMap {
                comparison.fate(of: mine.lineages.faces[$0], ExplainedFace(box: box, overlap: nil))
            }
        }
        let turned = RunComparison(theirs, mine, scoreThresholds)
        let extra = matching.falsePositives.compactMap { box in
            position(of: box, in: found).flatMap {
                turned.fate(of: theirs.lineages.faces[$0], ExplainedFace(box: box, overlap: nil))
            }
        }
        return changed + missed + extra
    }
}

/// One run of the cascade.
private struct Computation {
    let record: CascadeRecord
    let lineages: FaceLineages
    /// The proposals of all levels that reached the threshold.
    let proposals: [BoundingBox: Candidate]

    init?(_ record: CascadeRecord) {
        guard let lineages = FaceLineages(record) else { return nil }
        self.record = record
        self.lineages = lineages
        proposals = Dictionary(
            record.levels.flatMap(\.proposals).map { ($0.box, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether a proposal is still present.
    func holds(_ box: BoundingBox, after stage: CascadeStage) -> Bool {
        record[stage]?.contains { $0.box == box } ?? false
    }
}

/// Two runs of the cascade on one frame.
private struct RunComparison {
    let expected: Computation
    let found: Computation
    let thresholds: ScoreThresholds

    init(_ expected: Computation, _ found: Computation, _ thresholds: ScoreThresholds) {
        self.expected = expected
        self.found = found
        self.thresholds = thresholds
    }

    /// The first decision that separates two faces; nil if both came the same way.
    func decision(between mine: FaceLineage, and theirs: FaceLineage, _ face: ExplainedFace) -> FlippedDecision? {
        if mine.proposal.box == theirs.proposal.box { return truncation(mine, theirs, face, to: .outputInput) }
        return fate(of: mine, face) ?? selection(after: .suppressedOutputs, mine, winner: theirs, face)
    }

    /// Where the second computation loses a face of the first; nil if its boxes are kept to the end.
    func fate(of mine: FaceLineage, _ face: ExplainedFace) -> FlippedDecision? {
        let box = mine.proposal.box
        guard found.proposals[box] != nil else {
            return threshold("pnet_level", mine.proposal, thresholds.proposal, face)
        }
        for stage in [CascadeStage.proposals, .suppressedProposals] where !found.holds(box, after: stage) {
            let winner = found.record[stage]?.closest(to: box)
            return winner.flatMap { risenProposal($0.box, face) }
                ?? order(
                    stage, mine.proposal, against: winner.flatMap { expected.proposals[$0.box] }, face)
        }
        guard let theirs = found.lineages.refined.first(where: { $0.proposal.box == box }) else { return nil }
        if let truncation = truncation(mine, theirs, face, to: .refinementInput) { return truncation }
        guard theirs.refinement.score >= thresholds.refinement else {
            return threshold(CascadeStage.refinementOutput.rawValue, mine.refinement, thresholds.refinement, face)
        }
        guard let output = theirs.output, let mineOutput = mine.output else {
            let winner = found.lineages.refined.filter { $0.output != nil }.max {
                $0.refinement.box.intersectionOverUnion(with: mine.refinement.box)
                    < $1.refinement.box.intersectionOverUnion(with: mine.refinement.box)
            }
            return selection(after: .suppressedRefinements, mine, winner: winner, face)
        }
        if let truncation = truncation(mine, theirs, face, to: .outputInput) { return truncation }
        guard output.score >= thresholds.output else {
            return threshold(CascadeStage.outputOutput.rawValue, mineOutput, thresholds.output, face)
        }
        guard !found.lineages.faces.contains(where: { $0.proposal.box == box }) else { return nil }
        let winner = found.lineages.faces.max {
            ($0.output?.box.intersectionOverUnion(with: output.box) ?? 0)
                < ($1.output?.box.intersectionOverUnion(with: output.box) ?? 0)
        }
        return selection(after: .suppressedOutputs, mine, winner: winner, face)
    }

    /// Why the second computation picked another box: because that box was truncated to other pixels or exists only
    /// there, or else because of its score.
    private func selection(
        after stage: CascadeStage, _ mine: FaceLineage, winner: FaceLineage?, _ face: ExplainedFace
    ) -> FlippedDecision {
        let rival = winner.flatMap { winner in
            expected.lineages.refined.first { $0.proposal.box == winner.proposal.box }
        }
        if let winner {
            if let rival {
                if let truncation = truncation(rival, winner, face, to: .outputInput) { return truncation }
            } else if let risen = risenProposal(winner.proposal.box, face) {
                return risen
            }
        }
        let isLast = stage == .suppressedOutputs
        return order(
            stage, isLast ? mine.output ?? mine.refinement : mine.refinement,
            against: isLast ? rival?.output : rival?.refinement, face)
    }

    /// A proposal that only the second computation has, because its score reached the threshold only there.
    private func risenProposal(_ box: BoundingBox, _ face: ExplainedFace) -> FlippedDecision? {
        guard expected.proposals[box] == nil, let candidate = found.proposals[box] else { return nil }
        return threshold("pnet_level", candidate, thresholds.proposal, face)
    }

    private func threshold(
        _ stage: String, _ candidate: Candidate, _ limit: Float, _ face: ExplainedFace
    ) -> FlippedDecision {
        FlippedDecision(
            stage: stage, decision: .scoreThreshold, face: face.box, box: candidate.box,
            margin: Double(candidate.score) - Double(limit), intersectionOverUnion: face.overlap)
    }

    private func order(
        _ stage: CascadeStage, _ mine: Candidate, against rival: Candidate?, _ face: ExplainedFace
    ) -> FlippedDecision {
        FlippedDecision(
            stage: stage.rawValue, decision: .suppressionOrder, face: face.box, box: mine.box,
            margin: rival.map { Double(mine.score) - Double($0.score) }, intersectionOverUnion: face.overlap)
    }

    /// The first square, up to a stage, that was truncated to other pixels.
    private func truncation(
        _ mine: FaceLineage, _ theirs: FaceLineage, _ face: ExplainedFace, to last: CascadeStage
    ) -> FlippedDecision? {
        var steps = [(CascadeStage.refinementInput, mine.correctedProposal, theirs.correctedProposal)]
        if last == .outputInput, mine.output != nil, theirs.output != nil {
            steps.append((.outputInput, mine.correctedRefinement, theirs.correctedRefinement))
        }
        for (stage, first, second) in steps {
            guard let margin = first.box.truncationMargin(against: second.box) else { continue }
            return FlippedDecision(
                stage: stage.rawValue, decision: .truncation, face: face.box, box: first.box, margin: margin,
                intersectionOverUnion: face.overlap)
        }
        return nil
    }
}

/// A face that is explained, and its overlap with the other computation's, if there is one.
private struct ExplainedFace {
    let box: BoundingBox
    let overlap: Double?
}

extension [Candidate] {
    fileprivate func closest(to box: BoundingBox) -> Candidate? {
        self.max { $0.box.intersectionOverUnion(with: box) < $1.box.intersectionOverUnion(with: box) }
    }
}

extension BoundingBox {
    /// The distance, in pixels, of this box's square from the nearest boundary that separates it from the other's; nil
    /// if both are truncated to the same pixels.
    fileprivate func truncationMargin(against other: BoundingBox) -> Double? {
        zip(square.coordinates, other.square.coordinates).compactMap { mine, theirs in
            let (first, second) = (mine.rounded(.towardZero), theirs.rounded(.towardZero))
            guard first != second else { return nil }
            // Truncation toward zero: the boundary is whichever of the two integers is further from zero.
            let boundary = second.magnitude > first.magnitude ? first + (second > first ? 1 : -1) : first
            return abs(Double(mine) - Double(boundary))
        }.min()
    }
}
