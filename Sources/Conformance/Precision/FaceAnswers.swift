import Engines
import Tensors

/// What a face network answers, position by position.
struct FaceAnswers {
    /// Of a face.
    let probabilities: [Double]
    /// Four for each position.
    let regressions: [Double]

    /// - Parameter positions: logits of no face and of a face, then the regression, and perhaps landmarks.
    init(positions: Tensor<Double>) {
        let channels = positions.shape[positions.shape.rank - 1]
        let starts = stride(from: 0, to: positions.elements.count, by: channels)
        self.init(
            logits: starts.flatMap { positions.elements[$0..<$0 + 2] },
            regressions: starts.flatMap { positions.elements[$0 + 2..<$0 + 6] })
    }

    /// - Parameters:
    ///   - logits: of no face and of a face, for each position.
    ///   - regressions: four for each position.
    init(logits: [Double], regressions: [Double]) {
        let faces = stride(from: 1, to: logits.count, by: 2)
        probabilities = exponentials(of: faces.map { logits[$0 - 1] - logits[$0] }).map { 1 / (1 + $0) }
        self.regressions = regressions
    }
}
