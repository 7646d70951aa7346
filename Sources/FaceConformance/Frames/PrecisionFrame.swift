import Conformance

/// The effect of a float16 arithmetic on a frame's faces, compared with float32.
public struct PrecisionFrame: Sendable, Codable, Equatable {
    public let file: String
    public let faces: FaceMatching
    /// The same with the probabilities rounded to float16.
    public let facesWithFloat16Scores: FaceMatching
    /// The first stage whose boxes differ, whether or not a face results; nil if no stage differs.
    public let firstDeparture: String?
    /// Why faces changed: one decision for each face that differs by more than its last values.
    public let flippedDecisions: [FlippedDecision]

    public init(
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
