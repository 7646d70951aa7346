import Tensors

/// A tensor with elements replaced, along an axis, at the positions in a tensor of indices (ONNX ScatterElements); of
/// several for one position, the last counts.
///
/// Inputs: x, indices of x's rank as integers, elements of the indices' shape; negative indices count from the end.
public struct ScatterElements: RearrangingOperator {
    public var name: String { "ScatterElements" }
    package var axis: Int

    public init(axis: Int = 0) {
        self.axis = axis
    }

    package func movedInputs(of inputs: [TensorType?]) -> [Int] { [0, 2] }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let indices = try inputs.required(1, "indices", .integer).shape
        let updates = try inputs.requiredOfAnyKind(2, "updates").shape
        let axis = try x.checkedAxis(axis)
        guard indices == updates, indices.rank == x.rank,
            x.dimensions.indices.allSatisfy({ $0 == axis || indices[$0] <= x[$0] })
        else { throw OperatorError("has indices \(indices) and updates \(updates) for an input \(x)") }
        return x
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let axis = try shape.checkedAxis(axis)
        var strides = shape.strides
        let step = strides[axis]
        strides[axis] = 0
        let indices = try inputs.indices(1, below: shape[axis])
        let extents = try inputs.requiredOfAnyKind(2, "updates").shape.dimensions
        var sources = Array(0..<shape.count)
        for (position, start) in StridedPositions(extents: extents, strides: strides).enumerated() {
            sources[start + indices[position] * step] = shape.count + position
        }
        return sources
    }

    /// Indices may address the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
