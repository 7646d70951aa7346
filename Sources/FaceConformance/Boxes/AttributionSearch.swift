import Conformance
import Detection
import Engines

/// The search for the origin of a list of faces.
struct AttributionSearch {
    let frames: [DetectedFrame]
    let detector: FaceDetector
    let families: [DetectorFamily]
    let scoreThresholds: ScoreThresholds?
    let image: @Sendable (DetectedFrame) throws -> DecodedImage

    /// The most frames that every change is tried on, out of those that its basis leaves; the best are tried on all.
    private static let probeCount = 4
    /// How many of the best combinations are extended by one change.
    private static let beam = 3
    /// The most changes in one explanation.
    private static let mostChanges = 4
    /// How many changes to each combination are tried on all frames.
    private static let finalists = 6

    func attribution() throws -> Attribution {
        // MATLAB's rules differ from the classic ones only in landmarks.
        let hasLandmarks = frames.contains { $0.faces.contains { !$0.landmarks.isEmpty } }
        let candidates = families.filter { $0 != .matlab || hasLandmarks || families.count == 1 }
            .map { Combination(family: $0, changes: []) }
        // The requested rules come first.
        let first = try run([detector.rules] + candidates.map { rules(of: $0) }, on: frames)
        let size = first.map(\.size)
        let reading = ListReading(frames: frames, sizes: size, runs: first.map(\.faces))
        let list = reading.read()

        let before = Outcome(first.map { $0.faces[0] }, list)
        let outcomes = candidates.indices.map { index in
            (candidates[index], Outcome(first.map { $0.faces[index + 1] }, list))
        }
        var known = outcomes.map { explanation($0, $1, before) }.sorted(by: Explanation.isBetter)
        let ranked = known
        // Any of the detectors may be the one that was changed.
        var beam = known
        var tried = Set(candidates.map { rules(of: $0) })
        while known.first?.differingFrames != 0, let parent = beam.first, parent.rules.count < Self.mostChanges {
            let next = try round(after: beam, list, before, &tried)
            guard let best = next.first else { break }
            let isCloser = Explanation.isBetter(best, known[0])
            known = (known + next).sorted(by: Explanation.isBetter)
            guard isCloser else { break }
            beam = Array(next.prefix(Self.beam))
        }
        let explanations = known.filter { explanation in
            // The requested rules themselves explain nothing.
            rules(of: explanation) != detector.rules && (before.differing > 0 || !list.form.isPlain)
                && (explanation.meanOverlapAfter ?? 0) > (before.meanOverlap ?? 0)
        }.merged
        let best = explanations.first ?? known.first
        let left = try best.map { try unexplained($0, list) }
        return Attribution(
            frames: frames.count, differingFrames: before.differing, meanOverlapBefore: before.meanOverlap,
            written: list.form, sizes: list.sizesGiven, families: ranked, explanations: explanations,
            unexplained: before.differing == 0 ? [] : left?.frames ?? [],
            networkFault: before.differing == 0 ? nil : left?.networkFault)
    }

    /// One more change to each of some combinations: those that come closer than their parts, best first.
    private func round(
        after beam: [Explanation], _ list: ReadList, _ before: Outcome, _ tried: inout Set<CascadeRules>
    ) throws -> [Explanation] {
        var closerOnAll: [Explanation] = []
        for parent in beam {
            let parentRules = rules(of: parent)
            let children = RuleChange.all(from: parentRules).compactMap { change -> Combination? in
                let changes = parent.rules.filter { $0.rule != change.rule } + [change]
                let child = Combination(family: parent.family, changes: changes.sorted { $0.position < $1.position })
                // Two families may lead to the same rules.
                return tried.insert(rules(of: child)).inserted ? child : nil
            }
            // The frames where the parent is wrong show what a change achieves.
            let whole = try outcomes(
                of: [Combination(family: parent.family, changes: parent.rules)], at: Array(frames.indices), list)[0]
            let probes = Array(list.differing(under: whole).prefix(Self.probeCount))
            let outcomes = try outcomes(
                of: [Combination(family: parent.family, changes: parent.rules)] + children, at: probes, list)
            let closer = children.indices.filter { outcomes[$0 + 1].isCloser(than: outcomes[0]) }
                .sorted { first, second in
                    let (one, other) = (outcomes[first + 1], outcomes[second + 1])
                    return one.isCloser(than: other) || (!other.isCloser(than: one) && first < second)
                }
            let finalists = closer.prefix(Self.finalists).map { children[$0] }
            closerOnAll += zip(finalists, try self.outcomes(of: finalists, at: Array(frames.indices), list))
                .map { explanation($0, $1, before) }
                .filter {
                    ($0.meanOverlapAfter ?? 0) > (parent.meanOverlapAfter ?? 0)
                        || $0.differingFrames < parent.differingFrames
                }
            // If the combinations of the nearest family leave nothing, no rival is needed.
            if closerOnAll.contains(where: { $0.differingFrames == 0 }) { break }
        }
        return closerOnAll.sorted(by: Explanation.isBetter)
    }

    // MARK: - Runs of the cascade

    private struct Combination {
        let family: DetectorFamily
        let changes: [RuleChange]
    }

    /// The cascade's faces in a frame under each of some rules.
    private struct FrameRun: Sendable {
        let size: ImageSize
        let faces: [[Face]]
    }

    private func rules(of combination: Combination) -> CascadeRules {
        var rules = combination.family.rules
        if let scoreThresholds { rules.scoreThresholds = scoreThresholds }
        return rules.changed(combination.changes)
    }

    private func rules(of explanation: Explanation) -> CascadeRules {
        rules(of: Combination(family: explanation.family, changes: explanation.rules))
    }

    private func run(_ rules: [CascadeRules], on frames: [DetectedFrame]) throws -> [FrameRun] {
        try concurrentMap(frames) { [detector, image] frame in
            let image = try image(frame)
            var evaluations = FrameEvaluations(image: image, networks: detector.networks)
            let faces = try rules.map { rules in
                var detector = detector
                detector.rules = rules
                return try detector.detect(in: &evaluations).faces
            }
            return FrameRun(size: ImageSize(image), faces: faces)
        }
    }

    private func outcomes(
        of combinations: [Combination], at positions: [Int], _ list: ReadList
    ) throws -> [Outcome] {
        let runs = try run(combinations.map { rules(of: $0) }, on: positions.map { frames[$0] })
        return combinations.indices.map { index in
            Outcome(runs.map { $0.faces[index] }, list, at: positions)
        }
    }

    private func explanation(_ combination: Combination, _ outcome: Outcome, _ before: Outcome) -> Explanation {
        Explanation(
            family: combination.family, rules: combination.changes, meanOverlapAfter: outcome.meanOverlap,
            framesExplained: zip(before.isSame, outcome.isSame).count { !$0 && $1 },
            differingFrames: outcome.differing, distance: outcome.distance)
    }

    // MARK: - What is left

    private func unexplained(
        _ best: Explanation, _ list: ReadList
    ) throws -> (frames: [UnexplainedFrame], networkFault: String?) {
        let rules = rules(of: best)
        let judged = try concurrentMap(Array(frames.indices)) { [frames, detector, image] index in
            var detector = detector
            detector.rules = rules
            let record = try detector.detect(in: image(frames[index]))
            let comparison = list.comparison(of: record.faces, at: index)
            return (
                index, comparison, comparison.isSame ? [] : record.closeDecisions(near: comparison.differing, rules)
            )
        }
        let left = judged.filter { !$0.1.isSame }
        let isMostly = left.count * 2 <= judged.count
        let unexplained = try concurrentMap(left) { index, _, decisions in
            // If most frames differ, the last bits are not the reason.
            let flipped = isMostly ? try flippedDecision(among: decisions, at: index, rules, list) : nil
            return UnexplainedFrame(
                file: frames[index].file, flippedDecision: flipped,
                closeDecisions: flipped == nil ? decisions.prefix(3).map(\.words) : [])
        }
        let withFaces = judged.filter { !frames[$0.0].faces.isEmpty }
        // Right rules on right networks leave only a few frames, because of the last bits in close decisions.
        guard left.count * 2 > withFaces.count else { return (unexplained, nil) }
        let differences = judged.flatMap { $0.1.matching.matches }.compactMap(\.confidenceDifference)
        guard let median = differences.sorted().dropFirst(differences.count / 2).first else {
            return (unexplained, "no rules explain it, and the list gives no probabilities that would tell more")
        }
        guard median > 1e-6 else { return (unexplained, nil) }
        return (
            unexplained,
            "the probabilities of faces that both find differ, by \(Float(median)) in the median: the networks do not "
                + "compute what the models say, or the cascade has rules that are not known here"
        )
    }
}

extension AttributionSearch {
    /// The most close decisions of a frame that are reversed, each in its own run.
    private static let mostFlips = 200

    /// The first decision that, if reversed, makes a frame equal to the list's.
    private func flippedDecision(
        among decisions: [CloseDecision], at index: Int, _ rules: CascadeRules, _ list: ReadList
    ) throws -> String? {
        var evaluations = FrameEvaluations(image: try image(frames[index]), networks: detector.networks)
        var detector = detector
        detector.rules = rules
        for decision in decisions.prefix(Self.mostFlips) {
            detector.nudges = [decision.nudge]
            let faces = try detector.detect(in: &evaluations).faces
            if list.comparison(of: faces, at: index).isSame { return decision.words }
        }
        return nil
    }
}

extension WrittenForm {
    var isPlain: Bool { self == .plain }
}

extension [Explanation] {
    /// Combines those with the same result and as many changes.
    fileprivate var merged: [Explanation] {
        var merged: [Explanation] = []
        for explanation in self {
            let twin = merged.firstIndex {
                $0.family == explanation.family && $0.rules.count == explanation.rules.count
                    && $0.differingFrames == explanation.differingFrames
                    && $0.meanOverlapAfter == explanation.meanOverlapAfter && $0.distance == explanation.distance
                    && !explanation.rules.isEmpty
            }
            if let twin {
                merged[twin].equallyGood.append(explanation.rules)
            } else {
                merged.append(explanation)
            }
        }
        return merged
    }
}

/// The results of some rules, over frames.
struct Outcome {
    let isSame: [Bool]
    let meanOverlap: Double?
    let differing: Int
    /// Sums of 1 - overlap, of probability differences, and of landmark distances in thousands of pixels.
    let distance: Double

    /// - Parameters:
    ///   - faces: for each frame.
    ///   - positions: the frames' places in the list; all of them, if nil.
    init(_ faces: [[Face]], _ list: ReadList, at positions: [Int]? = nil) {
        var metrics = DetectionMetrics()
        var isSame: [Bool] = []
        var distance = 0.0
        for (position, faces) in zip(positions ?? Array(faces.indices), faces) {
            let comparison = list.comparison(of: faces, at: position)
            metrics.add(comparison.matching)
            isSame.append(comparison.isSame)
            for match in comparison.matching.matches {
                distance += (1 - match.intersectionOverUnion) + (match.confidenceDifference ?? 0)
                distance += (match.landmarkDistance ?? 0) / 1000
            }
        }
        self.distance = distance
        self.isSame = isSame
        meanOverlap = metrics.meanOverlapOfAllFaces
        differing = isSame.count { !$0 }
    }

    func isCloser(than other: Outcome) -> Bool {
        let (mine, theirs) = (meanOverlap ?? 0, other.meanOverlap ?? 0)
        if (differing == 0) != (other.differing == 0) { return differing == 0 }
        return abs(mine - theirs) > 1e-9 ? mine > theirs : differing < other.differing
    }
}
