import Conformance
import Detection

/// A frame's faces and boxes after every stage, as a list has them and as our cascade finds them.
public struct ComparedFrame: Sendable, Codable, Equatable {
    public let file: String
    /// The first stage whose boxes differ; nil where none does or none was recorded.
    public let firstDeparture: String?
    public let faces: FaceMatching
    public let stages: [StageComparison]
    /// The networks whose scores are no probabilities of each other in this frame; nil where all are.
    public let unpairedScores: [UnpairedScores]?

    public init(faces: FaceMatching, divergence: StageDivergence?, unpairedScores: [UnpairedScores] = []) {
        self.unpairedScores = unpairedScores.isEmpty ? nil : unpairedScores
        file = faces.file
        firstDeparture = divergence?.firstDeparture?.stage
        self.faces = faces
        stages = divergence?.stages ?? []
    }
}
