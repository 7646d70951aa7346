import Conformance
import Detection

/// A face's way through the cascade: the box that each stage made of the proposal it came from.
struct FaceLineage {
    /// What the proposal network found, at a position of a pyramid level.
    let proposal: Candidate
    /// The proposal with its sides moved, before it becomes a square of whole pixels.
    let correctedProposal: Candidate
    /// What the refinement network was shown, with its judgement.
    let refinement: Candidate
    let correctedRefinement: Candidate
    /// What the output network was shown, with its judgement; nil for a box that went no further.
    let output: Candidate?
}

/// The ways of all boxes of one frame through the cascade.
///
/// Each list of a record is the one before it with every box changed, or with some boxes taken out; a box taken
/// over unchanged is found again by being equal.
struct FaceLineages {
    /// Of the boxes that the refinement network saw, whatever became of them.
    let refined: [FaceLineage]
    /// Of the faces found, in their order.
    let faces: [FaceLineage]

    /// - Returns: nil where the record lacks a stage.
    init?(_ record: CascadeRecord) {
        guard let suppressed = record[.suppressedProposals], let corrected = record[.correctedProposals],
            let seen = record[.refinementOutput], let kept = record[.suppressedRefinements],
            let moved = record[.correctedRefinements], let output = record[.outputOutput],
            let correctedOutputs = record[.correctedOutputs], let final = record[.suppressedOutputs],
            suppressed.count == corrected.count, corrected.count == seen.count, kept.count == moved.count,
            moved.count == output.count
        else { return nil }
        let keptPositions = Dictionary(
            zip(kept.map(\.identity), kept.indices), uniquingKeysWith: { first, _ in first })
        refined = seen.indices.map { index in
            let position = keptPositions[seen[index].identity]
            return FaceLineage(
                proposal: suppressed[index], correctedProposal: corrected[index], refinement: seen[index],
                correctedRefinement: position.map { moved[$0] } ?? seen[index], output: position.map { output[$0] })
        }
        // A corrected output keeps the score and the regression of what the output network said.
        let passing = output.indices.filter { index in
            correctedOutputs.contains { $0.score == output[index].score && $0.regression == output[index].regression }
        }
        guard passing.count == correctedOutputs.count else { return nil }
        let origins = Dictionary(
            zip(correctedOutputs.map(\.identity), passing), uniquingKeysWith: { first, _ in first })
        let byKept = Dictionary(
            refined.filter { $0.output != nil }.map { ($0.refinement.identity, $0) },
            uniquingKeysWith: { first, _ in first })
        let lineages = final.map { face in origins[face.identity].flatMap { byKept[kept[$0].identity] } }
        faces = lineages.compactMap { $0 }
        guard faces.count == final.count else { return nil }
    }
}

extension Candidate {
    /// What tells a box from the others of its list.
    fileprivate var identity: Identity { Identity(box: box, score: score, regression: regression) }
}

private struct Identity: Hashable {
    let box: BoundingBox
    let score: Float
    let regression: BoxRegression
}
