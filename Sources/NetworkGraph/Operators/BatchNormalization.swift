import Tensors

/// scale * (x - mean) / sqrt(variance + epsilon) + shift for each channel, with stored statistics
/// (ONNX BatchNormalization in inference).
///
/// Inputs: x [N, C, ...], scale [C], shift [C], mean [C], variance [C].
public struct BatchNormalization: Operator {
    public var name: String { "BatchNormalization" }
    package var epsilon: Float

    public init(epsilon: Float = 1e-5) {
        self.epsilon = epsilon
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        guard x.rank >= 2 else { throw OperatorError("takes [N, C, ...]") }
        for (position, role) in ["scale", "shift", "mean", "variance"].enumerated() {
            let shape = try inputs.required(position + 1, role).shape
            guard shape == [x[1]] else { throw OperatorError("has a \(role) \(shape) for \(x[1]) channels") }
        }
        return [.real(x)]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
