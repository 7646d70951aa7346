import Tensors

/// Elements along an axis, selected by a tensor of indices, one for each index (ONNX GatherElements).
///
/// Inputs: x, indices of x's rank as integers; negative ones count from the end.
public struct GatherElements: RearrangingOperator {
    public var name: String { "GatherElements" }
    package var axis: Int

    public init(axis: Int = 0) {
        self.axis = axis
    }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let indices = try inputs.required(1, "indices", .integer).shape
        let axis = try x.checkedAxis(axis)
        guard indices.rank == x.rank, x.dimensions.indices.allSatisfy({ $0 == axis || indices[$0] <= x[$0] }) else {
            throw OperatorError("has indices \(indices) for an input \(x)")
        }
        return indices
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let axis = try x.checkedAxis(axis)
        var strides = x.strides
        let step = strides[axis]
        strides[axis] = 0
        let starts = StridedPositions(extents: shape.dimensions, strides: strides)
        return zip(starts, try inputs.indices(1, below: x[axis])).map { $0 + $1 * step }
    }

    /// Indices may address the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
