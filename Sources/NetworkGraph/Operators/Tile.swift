import Tensors

/// A tensor repeated along each axis (ONNX Tile).
///
/// Inputs: x, the repeats as integers, one for each axis.
public struct Tile: RearrangingOperator {
    public var name: String { "Tile" }

    public init() {}

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        guard let times = try inputs.knownIntegers(1, "repeats"), times.count == x.rank,
            times.allSatisfy({ $0 >= 0 && $0 <= Shape.maximumCount })
        else { throw OperatorError("has no repeats (input 1), one from 0 on for each axis of \(x)") }
        return try .checked(zip(x.dimensions, times).map { $0.saturatingProduct($1) })
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        return shape.sources(in: x) { axis, index in index % x[axis] }
    }

    /// It may repeat the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
