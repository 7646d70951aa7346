import Conformance

/// How one detector's faces agree with another's, over any number of frames.
///
/// Its size does not grow with the frames, and their order does not change a bit.
public struct DetectionMetrics: Equatable, Sendable, Codable {
    public private(set) var frames = 0
    public private(set) var matchedFaces = 0
    public private(set) var missedFaces = 0
    public private(set) var falsePositives = 0
    public private(set) var intersectionOverUnion = OverlapDistribution()

    /// The largest difference of x, y, width or height of a matched face, in pixels.
    public private(set) var largestCoordinateDifference = 0.0

    public private(set) var confidenceDifference = DistanceStatistics()

    /// The distance of a matched face's landmarks, in pixels.
    public private(set) var landmarkDistance = DistanceStatistics()

    public init() {}

    public var expectedFaces: Int { matchedFaces + missedFaces }

    /// The faces found by both detectors, as a fraction of those found by either; nil if there are none.
    public var agreement: Double? {
        let all = matchedFaces + missedFaces + falsePositives
        return all > 0 ? Double(matchedFaces) / Double(all) : nil
    }

    /// The mean IoU over all faces that either detector found, where a face found by only one counts as 0; nil if there
    /// are none.
    public var meanOverlapOfAllFaces: Double? {
        let all = matchedFaces + missedFaces + falsePositives
        return all > 0 ? (intersectionOverUnion.mean ?? 0) * Double(matchedFaces) / Double(all) : nil
    }

    public mutating func add(_ frame: FaceMatching) {
        frames += 1
        matchedFaces += frame.matches.count
        missedFaces += frame.missed.count
        falsePositives += frame.falsePositives.count
        for match in frame.matches {
            intersectionOverUnion.add(match.intersectionOverUnion)
            largestCoordinateDifference = max(largestCoordinateDifference, match.coordinateDifference)
            if let difference = match.confidenceDifference { confidenceDifference.add(difference) }
            if let distance = match.landmarkDistance { landmarkDistance.add(distance) }
        }
    }

    package mutating func merge(_ other: DetectionMetrics) {
        frames += other.frames
        matchedFaces += other.matchedFaces
        missedFaces += other.missedFaces
        falsePositives += other.falsePositives
        intersectionOverUnion.merge(other.intersectionOverUnion)
        largestCoordinateDifference = max(largestCoordinateDifference, other.largestCoordinateDifference)
        confidenceDifference.merge(other.confidenceDifference)
        landmarkDistance.merge(other.landmarkDistance)
    }
}
