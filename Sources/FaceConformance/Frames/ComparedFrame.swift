import Conformance
import Detection

/// A frame's faces and its boxes after every stage, in a list and in our cascade.
package struct ComparedFrame: Sendable, Codable, Equatable {
    package let file: String
    /// The first stage whose boxes differ; nil if none does or none was recorded.
    package let firstDeparture: String?
    package let faces: FaceMatching
    package let stages: [StageComparison]
    /// The networks whose scores are not complementary probabilities in this frame; nil if all are.
    package let unpairedScores: [UnpairedScores]?

    package init(faces: FaceMatching, divergence: StageDivergence?, unpairedScores: [UnpairedScores] = []) {
        self.unpairedScores = unpairedScores.isEmpty ? nil : unpairedScores
        file = faces.file
        firstDeparture = divergence?.firstDeparture?.stage
        self.faces = faces
        stages = divergence?.stages ?? []
    }
}

extension ComparedFrame: MeasuredFrame {
    package typealias Tally = ComparedTally

    /// Whether a stage differs, a face is missed or extra, or an overlap differs visibly.
    package var departs: Bool { firstDeparture != nil || departure > FaceMatching.visibleDeparture }

    package var departure: Double { faces.departure }
}
