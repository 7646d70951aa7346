import Detection

/// A decision of the cascade that is so close that noise in the last bits of the networks may flip it.
public enum DecisionMargin: String, Sendable, Codable {
    /// The score lies this close to the threshold that it must reach.
    case scoreThreshold

    /// Another box that this one would suppress, or that would suppress it, has nearly the same score.
    case suppressionTie

    /// A coordinate lies this close to where rounding or truncating it gives another pixel.
    case pixelBoundary

    /// Scores that are this close may change places: four times 1.5e-6, the largest difference measured between
    /// scores of OpenFace's C++ detector and of this one.
    public static let scoreMargin: Float = 6e-6

    /// Coordinates this close to a boundary, in pixels, may fall on either side: four times 1.2e-4, the largest
    /// difference measured between corrected boxes of OpenFace's C++ detector and of this one.
    public static let coordinateMargin: Float = 5e-4
}

/// The decisions that are taken about a list of boxes next.
struct Decisions {
    /// The score that boxes must reach, or have reached, to be in the list or in the next one.
    var scoreThreshold: Float?

    /// How the boxes suppress each other next.
    var suppression: Suppression?

    /// How coordinates become whole pixels next.
    var pixelStep: PixelStep?

    enum PixelStep {
        /// A square of the longer side, truncated.
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
            if let pixelStep, candidate.box.liesOnBoundary(of: pixelStep) { margins.append(.pixelBoundary) }
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
                let overlap = suppression.measure.overlap(of: candidates[position].box, candidates[other].box)
                if overlap > suppression.threshold { tied.formUnion([position, other]) }
            }
        }
        return tied
    }
}

/// The decisions that follow each stage of OpenFace's cascade.
struct StageDecisions {
    private let thresholds: ScoreThresholds

    init(_ thresholds: ScoreThresholds) {
        self.thresholds = thresholds
    }

    /// What follows for the proposals of one pyramid level.
    var atLevel: Decisions {
        Decisions(scoreThreshold: thresholds.proposal, suppression: .withinLevel)
    }

    subscript(stage: CascadeStage) -> Decisions {
        switch stage {
        case .proposals: Decisions(suppression: .betweenNetworks)
        case .refinementOutput: Decisions(scoreThreshold: thresholds.refinement, suppression: .betweenNetworks)
        case .outputOutput: Decisions(scoreThreshold: thresholds.output)
        case .correctedProposals, .correctedRefinements: Decisions(pixelStep: .square)
        case .correctedOutputs: Decisions(suppression: .ofFaces, pixelStep: .round)
        case .suppressedProposals, .suppressedRefinements, .refinementInput, .outputInput, .suppressedOutputs, .final:
            Decisions()
        }
    }
}

extension BoundingBox {
    var coordinates: [Float] { [x, y, width, height] }

    /// Whether a coordinate may become one pixel or the next.
    fileprivate func liesOnBoundary(of step: Decisions.PixelStep) -> Bool {
        switch step {
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
