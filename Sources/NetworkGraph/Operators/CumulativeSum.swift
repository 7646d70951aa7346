import Tensors

/// Along an axis, the sum of all numbers up to each one (ONNX CumSum).
///
/// Inputs: x, the axis as one integer.
public struct CumulativeSum: Operator {
    public var name: String { "CumSum" }
    /// Whether the number itself is excluded.
    package var isExclusive: Bool
    /// Whether the sum starts at the other end.
    package var isReversed: Bool

    public init(isExclusive: Bool = false, isReversed: Bool = false) {
        self.isExclusive = isExclusive
        self.isReversed = isReversed
    }

    package func axis(of inputs: [TensorType?]) throws(OperatorError) -> Int {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        guard let axes = try inputs.knownIntegers(1, "axis"), axes.count == 1 else {
            throw OperatorError("takes one axis (input 1)")
        }
        return try x.checkedAxis(axes[0])
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let axis = try axis(of: inputs)
        let x = try inputs.requiredOfAnyKind(0, "input")
        guard x.kind != .boolean else { throw OperatorError("takes no booleans") }
        var type = TensorType(x.kind, x.shape)
        if var sums = x.integers {
            let step = x.shape.strides[axis]
            // From the starting end, each element adds to its neighbour's sum.
            let order = isReversed ? Array(sums.indices.reversed()) : Array(sums.indices)
            for position in order {
                let along = position / step % x.shape[axis]
                let isFirst = isReversed ? along == x.shape[axis] - 1 : along == 0
                if !isFirst { sums[position] &+= sums[isReversed ? position + step : position - step] }
            }
            type.integers = isExclusive ? zip(sums, x.integers ?? []).map { $0 &- $1 } : sums
        }
        return [type]
    }

    /// The axis becomes known only with the inputs.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
