import Conformance

/// The faces of any number of frames: how many agree, and how far their differences are spread.
package struct FaceTally: Sendable, Codable, Equatable {
    package private(set) var metrics = DetectionMetrics()
    /// The largest difference of x, y, width or height of each matched face, in pixels.
    private var coordinateDifferences = DistanceHistogram()
    private var confidenceDifferences = DistanceHistogram()
    /// The mean distance of each matched face's landmarks, in pixels.
    private var landmarkDistances = DistanceHistogram()

    package init() {}

    package mutating func add(_ frame: FaceMatching) {
        metrics.add(frame)
        for match in frame.matches {
            coordinateDifferences.add(match.coordinateDifference)
            if let difference = match.confidenceDifference { confidenceDifferences.add(difference) }
            if let distance = match.landmarkDistance { landmarkDistances.add(distance) }
        }
    }

    package mutating func merge(_ other: FaceTally) {
        metrics.merge(other.metrics)
        coordinateDifferences.merge(other.coordinateDifferences)
        confidenceDifferences.merge(other.confidenceDifferences)
        landmarkDistances.merge(other.landmarkDistances)
    }

    /// For rising shares of the matched faces, what so many of them keep; empty if no face matches.
    package var quantiles: [FaceQuantile] {
        [0.5, 0.9, 0.99, 0.999, 1].compactMap { share in
            guard let overlap = metrics.intersectionOverUnion.overlap(reachedBy: share),
                let difference = coordinateDifferences.quantile(share)
            else { return nil }
            return FaceQuantile(
                share: share, intersectionOverUnion: overlap, coordinateDifference: difference,
                confidenceDifference: confidenceDifferences.quantile(share),
                landmarkDistance: landmarkDistances.quantile(share))
        }
    }
}

/// What a share of matched faces keeps: so many have at least this overlap, and so many at most these differences. Each is
/// known to 6 %; the overlap's distance from 1 is.
package struct FaceQuantile: Sendable, Codable, Equatable {
    package let share: Double
    package let intersectionOverUnion: Double
    /// In pixels.
    package let coordinateDifference: Double
    package let confidenceDifference: Double?
    /// In pixels.
    package let landmarkDistance: Double?
}
