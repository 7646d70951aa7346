import Conformance
import Detection

/// The origin of another detector's list of faces: how it is written, which detector's rules it follows, and where it
/// departs from them.
package struct Attribution: Equatable, Sendable, Codable {
    /// The frames that were compared.
    package let frames: Int

    /// Those frames in which our faces, under the requested rules, differ from the list's.
    package let differingFrames: Int

    /// The mean IoU of all faces under the requested rules; a face that only one detector found counts as 0. Nil if
    /// there are no faces at all.
    package let meanOverlapBefore: Double?

    /// How the list writes boxes.
    package let written: WrittenForm

    /// How the list's image sizes differ from the images'; nil if they do not.
    package let sizes: String?

    /// How close each detector's own rules come, closest first.
    package let families: [Explanation]

    /// What brings our faces closer, best first: detectors' rules and changes to them. Each change has an effect.
    package let explanations: [Explanation]

    /// The frames that the best explanation leaves unexplained, and the closest decisions in them.
    package let unexplained: [UnexplainedFrame]

    /// Why the networks seem to be at fault; nil if they do not.
    package let networkFault: String?
}

/// A detector's rules with changes, and how close to the list they bring our faces.
package struct Explanation: Equatable, Sendable, Codable {
    package let family: DetectorFamily
    package let rules: [RuleChange]
    /// Nil if there are no faces at all.
    package let meanOverlapAfter: Double?

    /// The frames that these rules make equal.
    package let framesExplained: Int

    /// The frames that still differ, or differ only now.
    package let differingFrames: Int

    /// Other changes with the same result in every frame.
    package var equallyGood: [[RuleChange]] = []

    /// The total difference of boxes, probabilities and landmarks from the list's.
    var distance = 0.0

    private enum CodingKeys: String, CodingKey {
        case family, rules, meanOverlapAfter, framesExplained, differingFrames, equallyGood
    }
}

/// A frame that no rules explain.
package struct UnexplainedFrame: Equatable, Sendable, Codable {
    package let file: String
    /// The one decision that, if reversed, makes the frame equal to the list's, and how close it is; nil if no close
    /// decision does.
    package let flippedDecision: String?
    /// If none does: decisions about boxes near a differing face, so close that the last bits may flip them.
    package let closeDecisions: [String]
}

extension Attribution {
    /// Faces with a larger overlap are equal. Our own cascade comes this close to the C++ detector; the rest is the
    /// rounding of float32 sums in another order.
    package static let sameOverlap = 0.9999

    /// Probabilities that differ by less are equal.
    static let sameConfidence = 1e-4

    /// Landmarks with a smaller mean distance, in pixels, are equal.
    static let sameLandmarks = 0.05

    /// Finds how the list is written, then the detector with the nearest rules, and then the changes to them that come
    /// nearer still: each change alone, then the best with one more, as long as that helps.
    ///
    /// - Parameters:
    ///   - frames: The other detector's faces, with their frames.
    ///   - detector: Its networks, minimum face and thresholds are those of the other detector; the list is first
    ///     compared with its rules.
    ///   - families: The detectors whose rules are tried.
    ///   - scoreThresholds: The list's own; nil for each detector's defaults.
    ///   - image: Returns a frame's pixels; it is called once for each round of rules.
    /// - Throws: Any error of `image` or the detector.
    package init(
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
    /// Whether this explains more than another: first, fewest changes that leave no frame; then the closest.
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
