import Conformance
import Detection

/// How the faces found in one frame pair up with the expected ones.
public struct FaceMatching: Equatable, Sendable, Codable {
    public let file: String
    public let matches: [FaceMatch]

    /// Expected faces that were not found.
    public let missed: [BoundingBox]

    /// Found faces that were not expected.
    public let falsePositives: [BoundingBox]

    /// Boxes that overlap less than this are different faces: the IoU at which PASCAL VOC counts a detection.
    public static let leastOverlap = 0.5

    /// Pairs the faces one to one, with the largest possible sum of overlaps.
    public init(file: String, expected: [Face], found: [Face]) {
        let overlaps = expected.map { face in
            found.map { other in
                let overlap = face.box.intersectionOverUnion(with: other.box)
                return overlap >= Self.leastOverlap ? overlap : 0
            }
        }
        let assignment = bestAssignment(overlaps).enumerated().map { row, column in
            column.flatMap { overlaps[row][$0] > 0 ? $0 : nil }
        }
        let matched = Set(assignment.compactMap { $0 })
        self.file = file
        matches = zip(expected, assignment).compactMap { face, column in
            column.map { FaceMatch(expected: face, found: found[$0]) }
        }
        missed = zip(expected, assignment).filter { $1 == nil }.map(\.0.box)
        falsePositives = found.indices.filter { !matched.contains($0) }.map { found[$0].box }
    }
}

extension FaceMatching {
    /// Losses of overlap below this are invisible in a picture.
    package static let visibleDeparture = 0.01

    /// 1 minus the smallest overlap; 1 if a face is missed or extra. NaN counts as 1.
    package var departure: Double {
        guard missed.isEmpty, falsePositives.isEmpty else { return 1 }
        let smallest = matches.map { $0.intersectionOverUnion.isNaN ? 0 : $0.intersectionOverUnion }.min() ?? 1
        return 1 - smallest
    }
}

/// A face that two detectors found, and how far their answers differ.
public struct FaceMatch: Equatable, Sendable, Codable {
    public let expected: BoundingBox
    public let found: BoundingBox
    public let intersectionOverUnion: Double

    /// The largest difference of x, y, width and height, in pixels.
    public let coordinateDifference: Double

    /// Of the face's probabilities; nil if a detector gives none.
    public let confidenceDifference: Double?

    /// The mean distance of the landmarks, in pixels; nil if a detector gives none.
    public let landmarkDistance: Double?

    public init(expected: Face, found: Face) {
        self.expected = expected.box
        self.found = found.box
        intersectionOverUnion = expected.box.intersectionOverUnion(with: found.box)
        coordinateDifference = expected.box.largestDifference(from: found.box)
        if let first = expected.confidence, let second = found.confidence {
            confidenceDifference = abs(Double(first) - Double(second))
        } else {
            confidenceDifference = nil
        }
        if expected.landmarks.isEmpty || expected.landmarks.count != found.landmarks.count {
            landmarkDistance = nil
        } else {
            let distances = zip(expected.landmarks, found.landmarks).map { first, second in
                let (x, y) = (Double(first.x) - Double(second.x), Double(first.y) - Double(second.y))
                return (x * x + y * y).squareRoot()
            }
            landmarkDistance = distances.reduce(0, +) / Double(distances.count)
        }
    }
}
