import Tensors

/// The numbers represented by quantised integers: (x - zero point) * scale (ONNX DequantizeLinear).
///
/// Inputs: x as integers, scale, optional zero point.
public struct DequantizeLinear: Operator {
    public var name: String { "DequantizeLinear" }
    package var groups: QuantizationGroups

    public init(groups: QuantizationGroups = QuantizationGroups()) {
        self.groups = groups
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input", .integer).shape
        try inputs.checkScales(groups, of: x)
        return [.real(x)]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        dependent.isFirstAlone && groups.block == 0 && isBehindBatch(groups.axis, ranks: ranks)
    }
}
