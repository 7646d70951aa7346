import Tensors

/// A convolution of integers, exact (ONNX ConvInteger).
///
/// Inputs: x [N, C, spatial...], weights [M, C / groups, kernel...], optional zero point of x, optional zero points of
/// the weights: one, or [M]. Padding equals x's zero point.
public struct IntegerConvolution: Operator {
    public var name: String { "ConvInteger" }
    /// The same convolution of numbers.
    package var convolution: Convolution

    public init(_ convolution: Convolution) {
        self.convolution = convolution
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let weights = try inputs.required(1, "weights", .integer).shape
        let type = try convolution.integerOutputType(
            input: try inputs.required(0, "input", .integer).shape, weights: weights)
        if try inputs.optional(2, "zero point", .integer) != nil { try inputs.checkSingle(2, "zero point", .integer) }
        if let zeroPoints = try inputs.optional(3, "zero points of the weights", .integer)?.shape {
            try QuantizationGroups(axis: 0).check(scales: zeroPoints, zeroPoints: nil, of: weights)
        }
        return [type]
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        convolution.multiplyAdds(from: inputs, to: output)
    }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        convolution.workspaceBytes(from: inputs, to: output, bytesPerNumber: IntegerConvolution.bytesPerInteger)
    }

    /// The temporary data of the integers as numbers.
    static let bytesPerInteger = 8

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}

extension Convolution {
    /// The result type of an integer convolution.
    func integerOutputType(input: Shape, weights: Shape) throws(OperatorError) -> TensorType {
        TensorType(.integer, try outputTypes(for: [.real(input), .real(weights)])[0].shape)
    }
}
