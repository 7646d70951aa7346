import Conformance

/// What is kept of a float16 arithmetic's frames that are not listed.
package struct PrecisionTally: FrameTally {
    package typealias Frame = PrecisionFrame

    package private(set) var faces = FaceTally()
    package private(set) var facesWithFloat16Scores = DetectionMetrics()
    /// The overlaps of faces that came the same way through the cascade.
    package private(set) var facesWithoutFlips = OverlapDistribution()
    package private(set) var flips = 0
    /// The frames in which a decision flipped.
    package private(set) var flippedFrames = 0

    package init() {}

    package mutating func add(_ frame: PrecisionFrame) {
        faces.add(frame.faces)
        facesWithFloat16Scores.add(frame.facesWithFloat16Scores)
        for overlap in frame.overlapsWithoutFlips { facesWithoutFlips.add(overlap) }
        flips += frame.flippedDecisions.count
        if !frame.flippedDecisions.isEmpty { flippedFrames += 1 }
    }

    package mutating func merge(_ other: PrecisionTally) {
        faces.merge(other.faces)
        facesWithFloat16Scores.merge(other.facesWithFloat16Scores)
        facesWithoutFlips.merge(other.facesWithoutFlips)
        flips += other.flips
        flippedFrames += other.flippedFrames
    }
}
