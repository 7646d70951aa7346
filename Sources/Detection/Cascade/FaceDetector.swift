import Engines
import Tensors

/// MTCNN's cascade (Zhang et al., 2016), by the rules of OpenFace 2.2.0's C++ detector or another's: one network
/// proposes boxes at every size of the frame, a second refines them, a third decides and finds landmarks.
public struct FaceDetector: Sendable {
    package var networks: FaceNetworks
    public var rules: CascadeRules

    /// The shorter side, in pixels, of the smallest face to look for; at least 12.
    public var minimumFaceSize: Int

    /// Boxes and scores to substitute for computed ones.
    package var nudges: [Nudge] = []

    public static let defaultMinimumFaceSize = 60

    /// The rules' own thresholds.
    public var scoreThresholds: ScoreThresholds {
        get { rules.scoreThresholds }
        set { rules.scoreThresholds = newValue }
    }

    public init(
        networks: FaceNetworks, rules: CascadeRules = .openFace, minimumFaceSize: Int = defaultMinimumFaceSize
    ) {
        self.networks = networks
        self.rules = rules
        self.minimumFaceSize = minimumFaceSize
    }

    /// The faces of an image, and the boxes after every stage on the way to them.
    ///
    /// - Throws: ``CascadeError``, or any error of a network.
    public func detect(in image: DecodedImage) throws -> CascadeRecord {
        var frame = FrameEvaluations(image: image, networks: networks)
        return try detect(in: &frame)
    }

    /// The same, for a frame with inputs that the networks have already judged.
    package func detect(in frame: inout FrameEvaluations) throws -> CascadeRecord {
        var record = try proposals(in: &frame)
        let proposed = record.levels.flatMap { suppressed($0.proposals, rules.suppressionWithinLevel) }
            .with(nudges, of: .stage(.proposals))
        record[.proposals] = proposed
        var refinementInput = passOn(
            proposed, rules.suppressionOfProposals,
            extent: rules.proposalCorrection == .applied ? rules.proposalExtent : nil, to: &record,
            stages: (.suppressedProposals, .correctedProposals, .refinementInput))

        let refined = try judged(by: .refinement, &refinementInput, in: &frame, &record)
            .with(nudges, of: .stage(.refinementOutput))
        record[.refinementOutput] = refined
        let kept = refined.indices.filter {
            rules.refinementThreshold.admits(refined[$0].score, scoreThresholds.refinement)
        }
        let suppressionScores = rules.refinementSuppressionScores == .refinement ? refined : refinementInput
        let moved = kept.map { index in
            rules.refinementCorrection == .beforeSuppression
                ? refined[index].corrected(rules, rules.refinementExtent) : refined[index]
        }
        var outputInput = passOn(
            moved, suppressionScores: kept.map { suppressionScores[$0].score },
            rules.suppressionOfRefinements,
            extent: rules.refinementCorrection == .applied ? rules.refinementExtent : nil, to: &record,
            stages: (.suppressedRefinements, .correctedRefinements, .outputInput))

        let output = try judged(by: .output, &outputInput, in: &frame, &record)
            .with(nudges, of: .stage(.outputOutput))
        record[.outputOutput] = output
        let corrected = output.filter { rules.outputThreshold.admits($0.score, scoreThresholds.output) }
            .map { candidate in
                candidate.with(
                    box: candidate.box.corrected(
                        by: candidate.regression, rules.correctedBoxes, growth: rules.outputExtent.growth,
                        farEdge: rules.outputFarEdge == .behindLastPixel ? 1 : 0))
            }
            .with(nudges, of: .stage(.correctedOutputs))
        record[.correctedOutputs] = corrected
        let best = suppressed(corrected, rules.suppressionOfFaces)
        record[.suppressedOutputs] = best
        let calibrated = rules.finalCalibration == .applied ? best.map { $0.with(box: $0.box.calibrated()) } : best
        record[.final] = calibrated.map { written($0, in: frame.image) }
        return record
    }

    /// A face as the rules write it.
    private func written(_ face: Candidate, in image: DecodedImage) -> Candidate {
        var face = face
        if rules.faceBeyondImage == .clipped {
            face.box = face.box.clipped(width: image.width, height: image.height)
        }
        face.box = face.box.written(rules.writtenNumbers)
        face.landmarks = face.landmarks.map { $0.written(rules.writtenNumbers) }
        return face
    }
}

extension FaceDetector {
    /// The record of the proposals at every level.
    private func proposals(in frame: inout FrameEvaluations) throws -> CascadeRecord {
        let scales = try pyramid(
            width: frame.image.width, height: frame.image.height, minimumFaceSize: minimumFaceSize, rules: rules)
        let maps = try frame.proposalMaps(scales, rules: rules)
        var record = CascadeRecord(
            levels: zip(scales, maps).enumerated().map { level, found in
                let (scale, map) = found
                var candidates = proposals(of: map, scale: scale.scale)
                if !nudges.isEmpty {
                    candidates = candidates.with(nudges, of: .level(level)).filter {
                        rules.proposalThreshold.admits($0.score, scoreThresholds.proposal)
                    }
                }
                return PyramidLevel(scale: scale, proposals: candidates)
            })
        if networks.proposal.scores == .probabilities {
            let pairs = maps.lazy.flatMap { map in
                stride(from: 0, to: map.elements.count, by: 6).lazy.map { position in
                    (noFace: map.elements[position], face: map.elements[position + 1])
                }
            }
            record.unpairedScores += [UnpairedScores(.proposal, among: pairs)].compactMap { $0 }
        }
        return record
    }

    /// The boxes at those positions of an output map with scores that reach the threshold.
    private func proposals(of map: Tensor<Float>, scale: Double) -> [Candidate] {
        let (rows, columns) = (map.shape[0], map.shape[1])
        let count = rows * columns
        return map.elements.withUnsafeBufferPointer { elements in
            var scores: [Float]
            switch networks.proposal.scores {
            case .logits:
                scores = probabilityRatios((0..<count).map { elements[$0 * 6] - elements[$0 * 6 + 1] })
                for position in scores.indices { scores[position] = 1 / (1 + scores[position]) }
            case .probabilities: scores = (0..<count).map { elements[$0 * 6 + 1] }
            }
            // What every cell asks for has a name of its own: debug builds copy all rules for each question.
            let (threshold, thresholdRule, precision) =
                (scoreThresholds.proposal, rules.proposalThreshold, rules.scorePrecision)
            let isByColumn = rules.proposalOrder == .columnByColumn
            let (first, end) = rules.cellExtent.bounds
            var proposals: [Candidate] = []
            var lastPosition = 0
            for order in 0..<count {
                let (row, column) =
                    isByColumn ? (order % rows, order / rows) : (order / columns, order % columns)
                let position = row * columns + column
                let score = precision.rounded(scores[position])
                guard thresholdRule.admits(score, threshold) else { continue }
                let left = corner(2 * column + first, scale)
                let top = corner(2 * row + first, scale)
                proposals.append(
                    Candidate(
                        box: BoundingBox(
                            x: left, y: top, width: corner(2 * column + end, scale) - left,
                            height: corner(2 * row + end, scale) - top),
                        score: score, regression: BoxRegression(elements, from: position * 6 + 2)))
                lastPosition = position
            }
            if proposals.count == 1, rules.loneProposal == .mirroredRegression {
                let mirrored = lastPosition - lastPosition % columns + columns - 1 - lastPosition % columns
                proposals[0].regression = BoxRegression(elements, from: mirrored * 6 + 2)
            }
            return rules.proposalCorrection == .beforeSuppression
                ? proposals.map { $0.corrected(rules, rules.proposalExtent) } : proposals
        }
    }

    /// The place of a level's position in the frame, in whole pixels.
    private func corner(_ position: Int, _ scale: Double) -> Float {
        let exact: Float
        switch rules.scalePrecision {
        case .float: exact = Float(position) / Float(scale)
        case .double: exact = Float(Double(position) / scale)
        }
        switch rules.proposalCorners {
        case .truncated: return exact.rounded(.towardZero)
        case .roundedDown: return exact.rounded(.down)
        case .rounded: return exact.rounded(.toNearestOrEven)
        case .float: return exact
        }
    }

    private func suppressed(
        _ candidates: [Candidate], scores: [Float]? = nil, _ suppression: Suppression
    ) -> [Candidate] {
        nonMaximumSuppression(
            of: candidates.map(\.box), scores: scores ?? candidates.map(\.score), suppression, rules: rules
        ).map { candidates[$0] }
    }

    /// The steps between two networks: suppression, correction, squaring.
    ///
    /// - Parameter extent: What the regression is relative to; nil if it is not applied.
    private func passOn(
        _ candidates: [Candidate], suppressionScores: [Float]? = nil, _ suppression: Suppression,
        extent: CascadeRules.RegressionExtent?, to record: inout CascadeRecord,
        stages: (suppressed: CascadeStage, corrected: CascadeStage, squared: CascadeStage)
    ) -> [Candidate] {
        let best = suppressed(candidates, scores: suppressionScores, suppression)
        let corrected =
            extent.map { extent in
                best.map { $0.corrected(rules, extent) }
            } ?? best
        let squared = corrected.map { $0.with(box: $0.box.squared(rules.squares)) }
            .with(nudges, of: .stage(stages.squared))
        record[stages.suppressed] = best
        record[stages.corrected] = corrected
        record[stages.squared] = squared
        return squared
    }

    /// The same boxes with a network's scores, regressions and landmarks for their crops.
    ///
    /// - Parameter candidates: Replaced by what the rules make of boxes beyond the image.
    private func judged(
        by network: CascadeNetwork, _ candidates: inout [Candidate], in frame: inout FrameEvaluations,
        _ record: inout CascadeRecord
    ) throws -> [Candidate] {
        let boxes = candidates.map(\.box)
        let outputs = try frame.outputs(of: network, for: boxes, rules: rules)
        if rules.boxBeyondImage == .clipped {
            candidates = candidates.map {
                $0.with(box: $0.box.clipped(width: frame.image.width, height: frame.image.height))
            }
        }
        let mirrored =
            network == .output && rules.landmarks == .meanOfMirrored
            ? try frame.outputs(of: network, for: boxes, rules: rules, isMirrored: true) : nil
        let scores: [Float]
        switch networks[network].scores {
        case .logits: scores = probabilityRatios(outputs.map { $0[0] - $0[1] }).map(cropProbability)
        case .probabilities:
            scores = outputs.map { $0[1] }
            let pairs = outputs.lazy.map { (noFace: $0[0], face: $0[1]) }
            record.unpairedScores += [UnpairedScores(network, among: pairs)].compactMap { $0 }
        }
        return candidates.indices.map { [candidates] index in
            let candidate = candidates[index]
            return outputs[index].withUnsafeBufferPointer { output in
                Candidate(
                    box: candidate.box, score: rules.scorePrecision.rounded(scores[index]),
                    regression: BoxRegression(output, from: 2),
                    landmarks: network == .output
                        ? landmarks(output, mirrored: mirrored?[index], of: candidate.box) : [])
            }
        }
    }

    /// Eyes, nose and corners of the mouth, from the output network's fractions: five x, then five y.
    ///
    /// - Parameter mirrored: The network's output for the crop's mirror image, if the rules need it.
    private func landmarks(
        _ output: UnsafeBufferPointer<Float>, mirrored: [Float]?, of box: BoundingBox
    ) -> [Point] {
        var fractions = (0..<5).map { Point(x: output[6 + $0], y: output[11 + $0]) }
        if let mirrored {
            // Exchanges left and right: the eyes, and the corners of the mouth.
            for (point, other) in [1, 0, 2, 4, 3].enumerated() {
                fractions[point].x = (fractions[point].x + 1 - mirrored[6 + other]) / 2
                fractions[point].y = (fractions[point].y + mirrored[11 + other]) / 2
            }
        }
        switch rules.landmarks {
        case .ofCrop, .meanOfMirrored:
            let region = box.cropRegion(rules.cropRegion)
            return fractions.map {
                Point(
                    x: Float(region.x) + $0.x * Float(region.width), y: Float(region.y) + $0.y * Float(region.height))
            }
        case .ofBox:
            return fractions.map {
                Point(x: box.x + $0.x * (box.width + 1) - 1, y: box.y + $0.y * (box.height + 1) - 1)
            }
        }
    }

    private func cropProbability(_ ratio: Float) -> Float {
        switch rules.cropProbability {
        case .doubleDivision: Float(1 / (1 + Double(ratio)))
        case .floatDivision: 1 / (1 + ratio)
        }
    }

}

extension CascadeRules.ScorePrecision {
    fileprivate func rounded(_ score: Float) -> Float {
        switch self {
        case .float: score
        case .half: Float(Float16(score))
        }
    }
}

extension CascadeRules.ScoreThreshold {
    fileprivate func admits(_ score: Float, _ threshold: Float) -> Bool {
        switch self {
        case .inclusive: score >= threshold
        case .exclusive: score > threshold
        }
    }
}

/// The probability of no face over that of a face, e^x for each difference x of their logits.
private func probabilityRatios(_ logitDifferences: [Float]) -> [Float] {
    exponentials(of: logitDifferences.map { Double($0) }).map { Float($0) }
}

extension BoxRegression {
    fileprivate init(_ output: UnsafeBufferPointer<Float>, from first: Int) {
        self.init(left: output[first], top: output[first + 1], right: output[first + 2], bottom: output[first + 3])
    }
}

extension Candidate {
    fileprivate func with(box: BoundingBox) -> Candidate {
        var candidate = self
        candidate.box = box
        return candidate
    }

    /// With the sides moved by the proposal or the refinement network's regression.
    fileprivate func corrected(_ rules: CascadeRules, _ extent: CascadeRules.RegressionExtent) -> Candidate {
        with(box: box.corrected(by: regression, rules.correctedBoxes, growth: extent.growth, farEdge: 0))
    }
}
