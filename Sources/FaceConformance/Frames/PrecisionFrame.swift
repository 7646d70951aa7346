import Conformance

/// The effect of a float16 arithmetic on a frame's faces, compared with float32.
package struct PrecisionFrame: Sendable, Codable, Equatable {
    package let file: String
    package let faces: FaceMatching
    /// The same with the probabilities rounded to float16.
    package let facesWithFloat16Scores: FaceMatching
    /// The first stage whose boxes differ, whether or not a face results; nil if no stage differs.
    package let firstDeparture: String?
    /// Why faces changed: one decision for each face that differs by more than its last values.
    package let flippedDecisions: [FlippedDecision]

    package init(
        file: String, faces: FaceMatching, facesWithFloat16Scores: FaceMatching, firstDeparture: String?,
        flippedDecisions: [FlippedDecision]
    ) {
        self.file = file
        self.faces = faces
        self.facesWithFloat16Scores = facesWithFloat16Scores
        self.firstDeparture = firstDeparture
        self.flippedDecisions = flippedDecisions
    }
}

extension PrecisionFrame: MeasuredFrame {
    package typealias Tally = PrecisionTally

    /// Whether a decision flipped, a face is missed or extra, or an overlap differs visibly.
    package var departs: Bool { !flippedDecisions.isEmpty || departure > FaceMatching.visibleDeparture }

    package var departure: Double { faces.departure }

    /// The overlaps of the faces that came the same way through the cascade.
    package var overlapsWithoutFlips: [Double] {
        let flipped = Set(flippedDecisions.map(\.face))
        return faces.matches.filter { !flipped.contains($0.expected) }.map(\.intersectionOverUnion)
    }
}
