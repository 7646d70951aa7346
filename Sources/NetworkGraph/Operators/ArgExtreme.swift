import Tensors

/// The index of the largest or smallest number along an axis (ONNX ArgMax, ArgMin).
public struct ArgExtreme: Operator {
    public var name: String { isMaximum ? "ArgMax" : "ArgMin" }
    package var isMaximum: Bool
    package var axis: Int
    package var keepsAxis: Bool
    /// Whether the last of equal numbers counts, instead of the first.
    package var takesLast: Bool

    public init(isMaximum: Bool, axis: Int = 0, keepsAxis: Bool = true, takesLast: Bool = false) {
        self.isMaximum = isMaximum
        self.axis = axis
        self.keepsAxis = keepsAxis
        self.takesLast = takesLast
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        let axis = try x.checkedAxis(axis)
        var dimensions = x.dimensions
        guard dimensions[axis] > 0 else { throw OperatorError("has no elements along axis \(axis) of \(x)") }
        if keepsAxis { dimensions[axis] = 1 } else { dimensions.remove(at: axis) }
        return [TensorType(.integer, Shape(dimensions))]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { isBehindBatch(axis, ranks: ranks) }
}
