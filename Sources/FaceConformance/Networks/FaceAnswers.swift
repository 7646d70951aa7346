import Conformance
import Detection
import Engines
import Tensors

/// A face network's answers, position by position.
struct FaceAnswers {
    /// The score of a face.
    let probabilities: [Double]
    /// Four for each position.
    let regressions: [Double]

    /// - Parameters:
    ///   - positions: scores of no face and of a face, then the regression, and landmarks if any.
    ///   - form: what the scores are.
    init(positions: Tensor<Double>, scores form: FaceScores) {
        let channels = positions.shape[positions.shape.rank - 1]
        let starts = stride(from: 0, to: positions.elements.count, by: channels)
        self.init(
            starts.flatMap { positions.elements[$0..<$0 + 2] }, form,
            regressions: starts.flatMap { positions.elements[$0 + 2..<$0 + 6] })
    }

    /// - Parameters:
    ///   - scores: of no face and of a face, for each position.
    ///   - form: what they are.
    ///   - regressions: four for each position.
    init(_ scores: [Double], _ form: FaceScores, regressions: [Double]) {
        let faces = stride(from: 1, to: scores.count, by: 2)
        switch form {
        case .logits:
            probabilities = exponentials(of: faces.map { scores[$0 - 1] - scores[$0] }).map { 1 / (1 + $0) }
        case .probabilities: probabilities = faces.map { scores[$0] }
        }
        self.regressions = regressions
    }
}
