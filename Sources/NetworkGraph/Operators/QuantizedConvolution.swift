import Tensors

/// A convolution of quantised tensors, quantised again (ONNX QLinearConv): exact sums of integers, times
/// scale of x * scale of the weights / scale of y, rounded and saturated as ``QuantizeLinear`` does.
///
/// Inputs: x [N, C, spatial...] with scale and zero point, weights [M, C / groups, kernel...] with scales and zero points,
/// one or [M], scale and zero point of y, optional bias [M] in units of scale of x * scale of the weights.
public struct QuantizedConvolution: Operator {
    public var name: String { "QLinearConv" }
    /// The same convolution of numbers.
    package var convolution: Convolution
    /// The range of the result, at which it saturates.
    package var range: IntegerRange

    public init(_ convolution: Convolution, range: IntegerRange) {
        self.convolution = convolution
        self.range = range
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let weights = try inputs.required(3, "weights", .integer).shape
        let type = try convolution.integerOutputType(
            input: try inputs.required(0, "input", .integer).shape, weights: weights)
        try inputs.checkSingle(1, "scale", .real)
        try inputs.checkSingle(2, "zero point", .integer)
        let scales = try inputs.required(4, "scale of the weights").shape
        let zeroPoints = try inputs.required(5, "zero point of the weights", .integer).shape
        for parameters in [scales, zeroPoints] {
            try QuantizationGroups(axis: 0).check(scales: parameters, zeroPoints: nil, of: weights)
        }
        try inputs.checkSingle(6, "scale of the output", .real)
        try inputs.checkSingle(7, "zero point of the output", .integer)
        if let bias = try inputs.optional(8, "bias", .integer)?.shape, bias != [weights[0]] {
            throw OperatorError("has a bias \(bias) for \(weights[0]) output channels")
        }
        return [type]
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        convolution.multiplyAdds(from: [inputs[0], inputs[3]], to: output)
    }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        convolution.workspaceBytes(
            from: [inputs[0], inputs[3]], to: output, bytesPerNumber: IntegerConvolution.bytesPerInteger)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
