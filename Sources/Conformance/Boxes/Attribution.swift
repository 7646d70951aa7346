import Detection

/// Which departures from OpenFace's rules bring our faces closest to another detector's.
public struct Attribution: Equatable, Sendable, Codable {
    /// The frames that were compared.
    public let frames: Int

    /// Of these, the ones in which our faces are not the other detector's.
    public let differingFrames: Int

    /// The mean intersection over union of all faces under OpenFace's rules; a face that only one detector
    /// found counts as 0. nil where there are no faces at all.
    public let meanOverlapBefore: Double?

    /// The changed rules that bring our faces closer, closest first; of equally close ones, the fewer rules.
    public let explanations: [Explanation]
}

/// Changed rules, and how close to the other detector they bring us.
public struct Explanation: Equatable, Sendable, Codable {
    public let rules: [RuleChange]
    public let meanOverlapAfter: Double

    /// The frames that differed before and no longer do.
    public let framesExplained: Int

    /// The frames that still differ, or differ now.
    public let differingFrames: Int
}

extension Attribution {
    /// Faces that overlap by more are the same: as close as our own cascade comes to the C++ detector, which is
    /// the rounding of float32 sums taken in another order.
    public static let sameOverlap = 0.9999

    /// Runs the cascade under every changed rule, then, unless one explains every frame, under every pair, and
    /// then lets the best combination grow by one rule as long as that brings it closer.
    ///
    /// - Parameters:
    ///   - frames: The other detector's faces, with the frames they were found in.
    ///   - detector: Whose networks, minimum face and thresholds the other detector shares.
    ///   - image: Gives a frame's pixels; it is called once for each number of rules.
    /// - Throws: What `image` or the detector throws.
    public init(
        frames: [DetectedFrame], detector: FaceDetector, image: (DetectedFrame) throws -> DecodedImage
    ) throws {
        func scores(_ combinations: [[RuleChange]]) throws -> CombinationScores {
            var scores = CombinationScores(combinations)
            for frame in frames {
                try scores.add(frame, image: image(frame), detector: detector)
            }
            return scores
        }

        let all = RuleChange.all(from: detector.rules)
        let alone = try scores(all.map { [$0] })
        var explanations = alone.explanations
        if !alone.explainsAll {
            let pairs = all.indices.flatMap { first in all[(first + 1)...].map { [all[first], $0] } }
            var latest = try scores(pairs.filter(\.isIndependent))
            explanations += latest.explanations
            explanations.sort(by: Explanation.isCloser)
            while !latest.explainsAll, let best = explanations.first {
                latest = try scores(
                    all.map { change in all.filter { best.rules.contains($0) || $0 == change } }
                        .filter { $0.count > best.rules.count && $0.isIndependent })
                explanations += latest.explanations
                explanations.sort(by: Explanation.isCloser)
                if explanations.first == best { break }
            }
        }
        self.frames = frames.count
        differingFrames = alone.differingFrames
        meanOverlapBefore = alone.unchanged.meanOverlapOfAllFaces
        self.explanations = explanations.sorted(by: Explanation.isCloser)
    }
}

extension Explanation {
    fileprivate static func isCloser(_ first: Explanation, _ second: Explanation) -> Bool {
        if first.meanOverlapAfter != second.meanOverlapAfter { return first.meanOverlapAfter > second.meanOverlapAfter }
        if first.rules.count != second.rules.count { return first.rules.count < second.rules.count }
        return first.rules.map(\.position).lexicographicallyPrecedes(second.rules.map(\.position))
    }
}

extension [RuleChange] {
    /// Whether each change still counts beside the others: not where a later one overrides an earlier one.
    fileprivate var isIndependent: Bool {
        indices.allSatisfy { index in
            var others = self
            others.remove(at: index)
            return CascadeRules.openFace.changed(others) != CascadeRules.openFace.changed(self)
        }
    }
}

/// What the faces under each of several combinations of rules come to, over any number of frames.
private struct CombinationScores {
    private(set) var unchanged = DetectionMetrics()
    private(set) var differingFrames = 0
    private var combinations: [Combination]

    private struct Combination {
        let rules: [RuleChange]
        var metrics = DetectionMetrics()
        var framesExplained = 0
        var differingFrames = 0
    }

    init(_ combinations: [[RuleChange]]) {
        self.combinations = combinations.map { Combination(rules: $0) }
    }

    /// The combinations that are closer than the unchanged rules.
    var explanations: [Explanation] {
        let before = unchanged.meanOverlapOfAllFaces ?? 0
        return combinations.compactMap { combination in
            guard let after = combination.metrics.meanOverlapOfAllFaces, after > before else { return nil }
            return Explanation(
                rules: combination.rules, meanOverlapAfter: after, framesExplained: combination.framesExplained,
                differingFrames: combination.differingFrames)
        }
    }

    /// Whether one of the combinations leaves no frame that differs.
    var explainsAll: Bool {
        differingFrames == 0 || combinations.contains { $0.differingFrames == 0 }
    }

    mutating func add(_ frame: DetectedFrame, image: DecodedImage, detector: FaceDetector) throws {
        var evaluations = FrameEvaluations(image: image, networks: detector.networks)
        func matching(_ changes: [RuleChange]) throws -> FaceMatching {
            var detector = detector
            detector.rules = detector.rules.changed(changes)
            let faces = try detector.detect(in: &evaluations).faces
            return FaceMatching(file: frame.file, expected: frame.faces, found: faces)
        }
        let before = try matching([])
        unchanged.add(before)
        if !before.isSame { differingFrames += 1 }
        for index in combinations.indices {
            let after = try matching(combinations[index].rules)
            combinations[index].metrics.add(after)
            if !after.isSame { combinations[index].differingFrames += 1 }
            if !before.isSame, after.isSame { combinations[index].framesExplained += 1 }
        }
    }
}

extension FaceMatching {
    /// Whether both detectors found the same faces.
    fileprivate var isSame: Bool {
        missed.isEmpty && falsePositives.isEmpty
            && matches.allSatisfy { $0.intersectionOverUnion > Attribution.sameOverlap }
    }
}
