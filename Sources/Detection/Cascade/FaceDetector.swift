import Engines
import Tensors

/// MTCNN's cascade (Zhang et al., 2016) as the C++ detector of OpenFace 2.2.0 runs it: a network proposes boxes
/// at every size of the frame, a second refines them, a third decides and finds landmarks.
public struct FaceDetector: Sendable {
    public var networks: FaceNetworks
    public var rules: CascadeRules

    /// The shorter side, in pixels, of the smallest face to look for; at least 12.
    public var minimumFaceSize: Int

    public static let defaultMinimumFaceSize = 60

    public var scoreThresholds: ScoreThresholds

    public init(
        networks: FaceNetworks, rules: CascadeRules = .openFace, minimumFaceSize: Int = defaultMinimumFaceSize,
        scoreThresholds: ScoreThresholds = ScoreThresholds()
    ) {
        self.networks = networks
        self.rules = rules
        self.minimumFaceSize = minimumFaceSize
        self.scoreThresholds = scoreThresholds
    }

    /// The faces of an image, and the boxes after every stage on the way to them.
    ///
    /// - Throws: ``CascadeError``, or what a network throws.
    public func detect(in image: DecodedImage) throws -> CascadeRecord {
        var frame = FrameEvaluations(image: image, networks: networks)
        return try detect(in: &frame)
    }

    /// The same, for a frame of which the networks have already judged some inputs.
    public func detect(in frame: inout FrameEvaluations) throws -> CascadeRecord {
        var record = try proposals(in: &frame)
        let proposed = record.levels.flatMap { suppressed($0.proposals, .withinLevel) }
        record[.proposals] = proposed
        let refinementInput = passOn(
            proposed, corrects: rules.proposalCorrection == .applied, to: &record,
            stages: (.suppressedProposals, .correctedProposals, .refinementInput))

        let refined = try judged(by: .refinement, refinementInput, in: &frame, &record)
        record[.refinementOutput] = refined
        let kept = refined.indices.filter { passes(refined[$0].score, scoreThresholds.refinement) }
        let suppressionScores = rules.refinementSuppressionScores == .refinement ? refined : refinementInput
        let outputInput = passOn(
            kept.map { refined[$0] }, suppressionScores: kept.map { suppressionScores[$0].score }, corrects: true,
            to: &record, stages: (.suppressedRefinements, .correctedRefinements, .outputInput))

        let output = try judged(by: .output, outputInput, in: &frame, &record)
        record[.outputOutput] = output
        let growth = rules.outputExtent == .plusOne ? 1 : 0
        let corrected = output.filter { passes($0.score, scoreThresholds.output) }
            .map { $0.with(box: $0.box.corrected(by: $0.regression, growth: growth)) }
        record[.correctedOutputs] = corrected
        let best = suppressed(corrected, .ofFaces)
        record[.suppressedOutputs] = best
        record[.final] = rules.finalCalibration == .applied ? best.map { $0.with(box: $0.box.calibrated()) } : best
        return record
    }
}

/// The least probability of a face with which each network lets a box pass.
public struct ScoreThresholds: Hashable, Sendable {
    public var proposal: Float
    public var refinement: Float
    public var output: Float

    public init(proposal: Float = 0.6, refinement: Float = 0.7, output: Float = 0.7) {
        self.proposal = proposal
        self.refinement = refinement
        self.output = output
    }

    public subscript(network: CascadeNetwork) -> Float {
        switch network {
        case .proposal: proposal
        case .refinement: refinement
        case .output: output
        }
    }
}

extension FaceDetector {
    /// The record of the proposals at every level.
    private func proposals(in frame: inout FrameEvaluations) throws -> CascadeRecord {
        let scales = try pyramid(
            width: frame.image.width, height: frame.image.height, minimumFaceSize: minimumFaceSize)
        let maps = try frame.proposalMaps(scales, rules: rules)
        var record = CascadeRecord(
            levels: zip(scales, maps).map { scale, map in
                PyramidLevel(scale: scale, proposals: proposals(of: map, scale: scale.scale))
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

    /// The boxes at those positions of an output map whose score reaches the threshold.
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
            var proposals: [Candidate] = []
            for order in 0..<count {
                let (row, column) =
                    rules.proposalOrder == .columnByColumn
                    ? (order % rows, order / rows) : (order / columns, order % columns)
                let position = row * columns + column
                let score = inScorePrecision(scores[position])
                guard passes(score, scoreThresholds.proposal) else { continue }
                let left = corner(2 * column + 1, scale)
                let top = corner(2 * row + 1, scale)
                proposals.append(
                    Candidate(
                        box: BoundingBox(
                            x: left, y: top, width: corner(2 * column + 12, scale) - left,
                            height: corner(2 * row + 12, scale) - top),
                        score: score, regression: BoxRegression(elements, from: position * 6 + 2)))
            }
            return proposals
        }
    }

    /// Where a position on a level lies in the frame, in whole pixels.
    private func corner(_ position: Int, _ scale: Double) -> Float {
        let exact: Float
        switch rules.scalePrecision {
        case .float: exact = Float(position) / Float(scale)
        case .double: exact = Float(Double(position) / scale)
        }
        switch rules.proposalCorners {
        case .truncated: return exact.rounded(.towardZero)
        case .rounded: return exact.rounded()
        }
    }

    private func passes(_ score: Float, _ threshold: Float) -> Bool {
        switch rules.scoreThreshold {
        case .inclusive: score >= threshold
        case .exclusive: score > threshold
        }
    }

    private func suppressed(
        _ candidates: [Candidate], scores: [Float]? = nil, _ suppression: Suppression
    ) -> [Candidate] {
        nonMaximumSuppression(
            of: candidates.map(\.box), scores: scores ?? candidates.map(\.score), suppression, rules: rules
        ).map { candidates[$0] }
    }

    /// What two networks' boxes go through before the next network sees them: suppression, correction, squaring.
    private func passOn(
        _ candidates: [Candidate], suppressionScores: [Float]? = nil, corrects: Bool, to record: inout CascadeRecord,
        stages: (suppressed: CascadeStage, corrected: CascadeStage, squared: CascadeStage)
    ) -> [Candidate] {
        let best = suppressed(candidates, scores: suppressionScores, .betweenNetworks)
        let corrected =
            corrects ? best.map { $0.with(box: $0.box.corrected(by: $0.regression, growth: 0)) } : best
        let squared = corrected.map { $0.with(box: $0.box.squared(rules.squares)) }
        record[stages.suppressed] = best
        record[stages.corrected] = corrected
        record[stages.squared] = squared
        return squared
    }

    /// The same boxes with the score, the regression and the landmarks that a network gives for their crops.
    private func judged(
        by network: CascadeNetwork, _ candidates: [Candidate], in frame: inout FrameEvaluations,
        _ record: inout CascadeRecord
    ) throws -> [Candidate] {
        let outputs = try frame.outputs(of: network, for: candidates.map(\.box), rules: rules)
        let scores: [Float]
        switch networks[network].scores {
        case .logits: scores = probabilityRatios(outputs.map { $0[0] - $0[1] }).map(cropProbability)
        case .probabilities:
            scores = outputs.map { $0[1] }
            let pairs = outputs.lazy.map { (noFace: $0[0], face: $0[1]) }
            record.unpairedScores += [UnpairedScores(network, among: pairs)].compactMap { $0 }
        }
        return candidates.indices.map { index in
            let candidate = candidates[index]
            return outputs[index].withUnsafeBufferPointer { output in
                Candidate(
                    box: candidate.box, score: inScorePrecision(scores[index]),
                    regression: BoxRegression(output, from: 2),
                    landmarks: network == .output
                        ? landmarks(output, in: candidate.box.cropRegion(rules.cropRegion)) : [])
            }
        }
    }

    private func cropProbability(_ ratio: Float) -> Float {
        switch rules.cropProbability {
        case .doubleDivision: Float(1 / (1 + Double(ratio)))
        case .floatDivision: 1 / (1 + ratio)
        }
    }

    private func inScorePrecision(_ score: Float) -> Float {
        switch rules.scorePrecision {
        case .float: score
        case .half: Float(Float16(score))
        }
    }
}

/// Five points, given as fractions of the region that the output network saw: five x, then five y.
private func landmarks(_ output: UnsafeBufferPointer<Float>, in region: PixelBox) -> [Point] {
    (0..<5).map { point in
        Point(
            x: Float(region.x) + output[6 + point] * Float(region.width),
            y: Float(region.y) + output[11 + point] * Float(region.height))
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
}
