import Tensors

/// x divided by its norm along an axis (ONNX LpNormalization); 0 if the norm is 0.
public struct NormDivision: Operator {
    public var name: String { "LpNormalization" }
    package var axis: Int
    /// Whether the norm is the sum of magnitudes, instead of the root of the sum of squares.
    package var isOfMagnitudes: Bool

    public init(axis: Int = -1, isOfMagnitudes: Bool = false) {
        self.axis = axis
        self.isOfMagnitudes = isOfMagnitudes
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        _ = try x.checkedAxis(axis)
        return [.real(x)]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { isBehindBatch(axis, ranks: ranks) }
}
