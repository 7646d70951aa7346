import Tensors

/// A matrix product of quantised tensors, quantised again (ONNX QLinearMatMul): exact sums of integers, times
/// scale of A * scale of B / scale of y, rounded and saturated as ``QuantizeLinear`` does.
///
/// Inputs: A with scale and zero point, one or one for each row; B with scale and zero point, one or one for each column;
/// scale and zero point of y.
public struct QuantizedMatMul: Operator {
    public var name: String { "QLinearMatMul" }
    /// The range of the result, at which it saturates.
    package var range: IntegerRange

    public init(range: IntegerRange) {
        self.range = range
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let a = try inputs.required(0, "A", .integer).shape
        let b = try inputs.required(3, "B", .integer).shape
        let product = try MatMul().outputTypes(for: [.real(a), .real(b)])[0].shape
        try MatMul.checkRows(inputs.required(1, "scale of A").shape, of: a)
        try MatMul.checkRows(inputs.required(2, "zero point of A", .integer).shape, of: a)
        try MatMul.checkColumns(inputs.required(4, "scale of B").shape, of: b)
        try MatMul.checkColumns(inputs.required(5, "zero point of B", .integer).shape, of: b)
        try inputs.checkSingle(6, "scale of the output", .real)
        try inputs.checkSingle(7, "zero point of the output", .integer)
        return [TensorType(.integer, product)]
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        MatMul().multiplyAdds(from: [inputs[0], inputs[3]], to: output)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
