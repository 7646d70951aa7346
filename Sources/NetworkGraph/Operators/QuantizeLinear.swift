import Tensors

/// Numbers as integers of few bits: saturated(round(x / scale) + zero point), ties to even (ONNX QuantizeLinear).
///
/// Inputs: x, scale, optional zero point.
public struct QuantizeLinear: Operator {
    public var name: String { "QuantizeLinear" }
    package var groups: QuantizationGroups
    /// The range of the integers, at which they saturate.
    package var range: IntegerRange

    public init(groups: QuantizationGroups = QuantizationGroups(), range: IntegerRange = .uint8) {
        self.groups = groups
        self.range = range
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.requiredOfAnyKind(0, "input")
        guard x.kind != .boolean else { throw OperatorError("takes numbers or integers") }
        try inputs.checkScales(groups, of: x.shape)
        return [TensorType(.integer, x.shape)]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        dependent.isFirstAlone && groups.block == 0 && isBehindBatch(groups.axis, ranks: ranks)
    }
}
