import Tensors

/// The axes in another order: axis i of the output is axis permutation[i] of the input (ONNX Transpose).
public struct Transpose: RearrangingOperator {
    public var name: String { "Transpose" }
    /// Nil reverses the axes.
    package var permutation: [Int]?

    public init(permutation: [Int]? = nil) {
        self.permutation = permutation
    }

    /// The permutation for an input of the given rank.
    package func permutation(rank: Int) -> [Int] { permutation ?? (0..<rank).reversed() }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let permutation = permutation(rank: x.rank)
        guard permutation.sorted() == Array(0..<x.rank) else {
            throw OperatorError("has permutation \(permutation) for an input of rank \(x.rank)")
        }
        return Shape(permutation.map { x[$0] })
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let strides = x.strides
        return Array(
            StridedPositions(extents: shape.dimensions, strides: permutation(rank: x.rank).map { strides[$0] }))
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { permutation?.first == 0 }
}
