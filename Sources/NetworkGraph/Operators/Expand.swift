import Tensors

/// A tensor broadcast with a shape (ONNX Expand).
///
/// Inputs: x, the shape as integers.
public struct Expand: RearrangingOperator {
    public var name: String { "Expand" }

    public init() {}

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        guard let extents = try inputs.knownIntegers(1, "shape") else { throw OperatorError("has no shape (input 1)") }
        return try .broadcast(inputs.requiredOfAnyKind(0, "input").shape, .checked(extents))
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        return Array(StridedPositions(extents: shape.dimensions, strides: x.broadcastStrides(to: shape)))
    }

    /// The shape may contain the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}

extension Shape {
    /// For each element of a tensor of this shape, its position in a tensor of the same rank whose indices along an
    /// axis are mapped; -1 if an index has no counterpart.
    func sources(in x: Shape, _ index: (_ axis: Int, _ index: Int) -> Int?) -> [Int] {
        let strides = x.strides
        let places = dimensions.indices.map { axis in
            (0..<self[axis]).map { place in index(axis, place).map { $0 * strides[axis] } }
        }
        return places.reduce([0]) { outer, axis in
            outer.flatMap { start in axis.map { place in start < 0 ? -1 : place.map { start + $0 } ?? -1 } }
        }
    }
}
