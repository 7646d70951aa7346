import Conformance
import Detection

/// A face's way through the cascade: the boxes that the stages made of its proposal.
struct FaceLineage {
    /// The proposal network's finding, at a position of a pyramid level.
    let proposal: Candidate
    /// The corrected proposal, before it becomes a square of whole pixels.
    let correctedProposal: Candidate
    /// The refinement network's input box, with its judgement.
    let refinement: Candidate
    let correctedRefinement: Candidate
    /// The output network's input box, with its judgement; nil if the box got no further.
    let output: Candidate?
}

/// The ways of all boxes of one frame through the cascade.
///
/// Each list of a record is the previous one with every box changed, or with some boxes removed; an unchanged box is
/// recognised by equality.
struct FaceLineages {
    /// Of all boxes that the refinement network saw, kept or not.
    let refined: [FaceLineage]
    /// Of the faces found, in order.
    let faces: [FaceLineage]

    /// - Returns: nil if the record lacks a stage.
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
        // A corrected output keeps the output network's score and regression.
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
    /// What distinguishes a box from others in its list.
    fileprivate var identity: Identity { Identity(box: box, score: score, regression: regression) }
}

private struct Identity: Hashable {
    let box: BoundingBox
    let score: Float
    let regression: BoxRegression
}
