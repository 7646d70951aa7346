import Conformance
import Detection

/// A decision of the cascade so close that noise in the networks' last bits may flip it.
package enum DecisionMargin: String, Sendable, Codable {
    /// The score is this close to its threshold.
    case scoreThreshold

    /// Another box that this one would suppress, or that would suppress it, has nearly the same score.
    case suppressionTie

    /// A coordinate is this close to where rounding or truncation gives another pixel.
    case pixelBoundary

    /// Scores this close may change places: four times 1.5e-6, the largest difference measured between scores of
    /// OpenFace's C++ detector and of this one.
    package static let scoreMargin: Float = 6e-6

    /// Coordinates this close to a boundary, in pixels, may fall on either side: four times 1.2e-4, the largest
    /// difference measured between corrected boxes of OpenFace's C++ detector and of this one.
    package static let coordinateMargin: Float = 5e-4
}

/// The next decisions about a list of boxes.
struct Decisions {
    /// The rules for the decisions.
    var rules = CascadeRules.openFace

    /// The score that boxes must reach, or have reached, to be in this list or the next.
    var scoreThreshold: Float?

    /// How the boxes suppress each other next.
    var suppression: Suppression?

    /// How coordinates become whole pixels next.
    var pixelStep: PixelStep?

    enum PixelStep {
        /// A square of the longer side, in whole pixels.
        case square
        /// Each coordinate rounded half to even.
        case round
    }

    func margins(of candidates: [Candidate]) -> [[DecisionMargin]] {
        let tied = tiedPositions(candidates)
        return candidates.enumerated().map { position, candidate in
            var margins: [DecisionMargin] = []
            if let scoreThreshold, abs(candidate.score - scoreThreshold) <= DecisionMargin.scoreMargin {
                margins.append(.scoreThreshold)
            }
            if tied.contains(position) { margins.append(.suppressionTie) }
            if let pixelStep, candidate.box.liesOnBoundary(of: pixelStep, rules) { margins.append(.pixelBoundary) }
            return margins
        }
    }

    private func tiedPositions(_ candidates: [Candidate]) -> Set<Int> {
        guard let suppression else { return [] }
        var tied: Set<Int> = []
        let byScore = candidates.indices.sorted { candidates[$0].score > candidates[$1].score }
        for (rank, position) in byScore.enumerated() {
            let score = candidates[position].score
            for other in byScore[(rank + 1)...] {
                guard score - candidates[other].score <= DecisionMargin.scoreMargin else { break }
                if suppression.applies(to: candidates[position].box, candidates[other].box, rules: rules) {
                    tied.formUnion([position, other])
                }
            }
        }
        return tied
    }
}

/// The decisions after each stage of the cascade.
struct StageDecisions {
    private let rules: CascadeRules

    init(_ rules: CascadeRules) {
        self.rules = rules
    }

    /// The decisions after the proposals of one pyramid level.
    var atLevel: Decisions {
        Decisions(
            rules: rules, scoreThreshold: rules.scoreThresholds.proposal, suppression: rules.suppressionWithinLevel)
    }

    subscript(stage: CascadeStage) -> Decisions {
        switch stage {
        case .proposals: Decisions(rules: rules, suppression: rules.suppressionOfProposals)
        case .refinementOutput:
            Decisions(
                rules: rules, scoreThreshold: rules.scoreThresholds.refinement,
                suppression: rules.suppressionOfRefinements)
        case .outputOutput: Decisions(rules: rules, scoreThreshold: rules.scoreThresholds.output)
        case .correctedProposals, .correctedRefinements: Decisions(rules: rules, pixelStep: .square)
        case .correctedOutputs:
            Decisions(
                rules: rules, suppression: rules.suppressionOfFaces,
                pixelStep: rules.outputSuppressionBoxes == .rounded ? .round : nil)
        case .suppressedProposals, .suppressedRefinements, .refinementInput, .outputInput, .suppressedOutputs, .final:
            Decisions()
        }
    }
}

extension BoundingBox {
    var coordinates: [Float] { [x, y, width, height] }

    /// Whether a coordinate may become either of two pixels.
    fileprivate func liesOnBoundary(of step: Decisions.PixelStep, _ rules: CascadeRules) -> Bool {
        switch step {
        case .square where rules.squares != .sideTruncated:
            return !rules.squares(near: self, within: DecisionMargin.coordinateMargin).isEmpty
        case .square:
            return square.coordinates.contains { isNear($0, $0.rounded()) }
        case .round:
            return coordinates.contains { isNear($0, $0.rounded(.down) + 0.5) }
        }
    }

    private func isNear(_ coordinate: Float, _ boundary: Float) -> Bool {
        abs(coordinate - boundary) <= DecisionMargin.coordinateMargin
    }
}
