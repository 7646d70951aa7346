import Conformance
import Detection

/// What another detector's list of faces comes from: how it is written, which detector's rules it follows, and in which
/// rules it departs from them.
public struct Attribution: Equatable, Sendable, Codable {
    /// The frames that were compared.
    public let frames: Int

    /// Of these, the ones in which our faces, under the rules that were asked for, are not the list's.
    public let differingFrames: Int

    /// The mean intersection over union of all faces under the rules that were asked for; a face that only one
    /// detector found counts as 0. nil where there are no faces at all.
    public let meanOverlapBefore: Double?

    /// How the list writes boxes.
    public let written: WrittenForm

    /// What the list says of the images' sizes that the images do not have; nil where it is right.
    public let sizes: String?

    /// How close each detector's own rules come, closest first.
    public let families: [Explanation]

    /// What brings our faces closer, best first: detectors' rules and changes of them. Each change in them has an effect.
    public let explanations: [Explanation]

    /// The frames that the best explanation leaves, and the closest decisions in them.
    public let unexplained: [UnexplainedFrame]

    /// Why the networks seem to be at fault; nil where they do not.
    public let networkFault: String?
}

/// A detector's rules with changes, and how close to the list they bring us.
public struct Explanation: Equatable, Sendable, Codable {
    public let family: DetectorFamily
    public let rules: [RuleChange]
    /// nil where there are no faces at all.
    public let meanOverlapAfter: Double?

    /// The frames that differed before and no longer do.
    public let framesExplained: Int

    /// The frames that still differ, or differ now.
    public let differingFrames: Int

    /// Other changes that come to the same in every frame.
    public var equallyGood: [[RuleChange]] = []

    /// How far boxes, probabilities and landmarks are from the list's, all together.
    var distance = 0.0

    private enum CodingKeys: String, CodingKey {
        case family, rules, meanOverlapAfter, framesExplained, differingFrames, equallyGood
    }
}

/// A frame that no rules explain.
public struct UnexplainedFrame: Equatable, Sendable, Codable {
    public let file: String
    /// The one decision that, taken the other way, makes the frame the list's, and how close it is; nil where no close
    /// decision does.
    public let flippedDecision: String?
    /// Where none does: decisions so close, about a box near a face that differs, that the last bits may flip them.
    public let closeDecisions: [String]
}

extension Attribution {
    /// Faces that overlap by more are the same: as close as our own cascade comes to the C++ detector, which is
    /// the rounding of float32 sums taken in another order.
    public static let sameOverlap = 0.9999

    /// Probabilities that are closer are the same.
    static let sameConfidence = 1e-4

    /// Landmarks whose mean distance is less are the same, in pixels.
    static let sameLandmarks = 0.05

    /// Tells first how the list is written, then which detector's rules are nearest, and then which changes of them come
    /// nearer still: every change alone, and to the best of these one more as long as that helps.
    ///
    /// - Parameters:
    ///   - frames: The other detector's faces, with the frames they were found in.
    ///   - detector: Whose networks, minimum face and thresholds the other detector shares, and whose rules the list is
    ///     compared with at first.
    ///   - families: The detectors whose rules are tried.
    ///   - scoreThresholds: Those that the list was made with; nil for each detector's own.
    ///   - image: Gives a frame's pixels; it is called once for each round of rules.
    /// - Throws: What `image` or the detector throws.
    public init(
        frames: [DetectedFrame], detector: FaceDetector, families: [DetectorFamily] = DetectorFamily.allCases,
        scoreThresholds: ScoreThresholds? = nil,
        image: @escaping @Sendable (DetectedFrame) throws -> DecodedImage
    ) throws {
        self = try AttributionSearch(
            frames: frames, detector: detector, families: families, scoreThresholds: scoreThresholds, image: image
        ).attribution()
    }
}

extension Explanation {
    /// Whether this tells more than another: what leaves no frame by the fewest changes, then what is closest.
    static func isBetter(_ first: Explanation, _ second: Explanation) -> Bool {
        if (first.differingFrames == 0) != (second.differingFrames == 0) { return first.differingFrames == 0 }
        let (one, other) = (first.meanOverlapAfter ?? 0, second.meanOverlapAfter ?? 0)
        if first.differingFrames > 0, abs(one - other) > 1e-9 { return one > other }
        if first.rules.count != second.rules.count { return first.rules.count < second.rules.count }
        if first.differingFrames != second.differingFrames { return first.differingFrames < second.differingFrames }
        if first.distance != second.distance { return first.distance < second.distance }
        let places = [first, second].map { explanation in
            [DetectorFamily.allCases.firstIndex(of: explanation.family) ?? 0] + explanation.rules.map(\.position)
        }
        return places[0].lexicographicallyPrecedes(places[1])
    }
}
