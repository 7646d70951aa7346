import Tensors

/// exp(x - max) / sum of exp(x - max) along an axis (ONNX Softmax).
public struct Softmax: Operator {
    public var name: String { "Softmax" }
    package var axis: Int
    /// Whether the sum runs over `axis` and all axes after it, as before opset 13.
    package var spansFollowingAxes: Bool

    public init(axis: Int, spansFollowingAxes: Bool = false) {
        self.axis = axis
        self.spansFollowingAxes = spansFollowingAxes
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        guard x.axis(axis) != nil || (spansFollowingAxes && axis == x.rank) else {
            throw OperatorError("has axis \(axis) for an input of rank \(x.rank)")
        }
        return [.real(x)]
    }

    /// Differences and powers in float64, then the powers are rounded.
    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        output.shape.count.saturatingProduct(3 * 8)
    }

    /// The input as a block of [outer, summed, inner] elements.
    package func extents(of x: Shape) -> (outer: Int, summed: Int, inner: Int) {
        let axis = x.axis(axis) ?? x.rank
        let outer = x.dimensions[..<axis].reduce(1, *)
        if spansFollowingAxes { return (outer, x.dimensions[axis...].reduce(1, *), 1) }
        return (outer, x[axis], x.dimensions[(axis + 1)...].reduce(1, *))
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { isBehindBatch(axis, ranks: ranks) }
}
