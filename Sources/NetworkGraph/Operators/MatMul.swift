import Tensors

/// Matrix product over the last two axes, with the others broadcast, as numpy.matmul (ONNX MatMul).
public struct MatMul: Operator {
    public var name: String { "MatMul" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let a = try inputs.required(0, "A").shape
        let b = try inputs.required(1, "B").shape
        guard a.rank >= 1, b.rank >= 1 else { throw OperatorError("takes no scalars") }
        let (left, right) = MatMul.matrices(a, b)
        guard left[left.rank - 1] == right[right.rank - 2] else {
            throw OperatorError(
                "multiplies \(a) by \(b): \(left[left.rank - 1]) columns, \(right[right.rank - 2]) rows")
        }
        let stacks = try Shape.broadcast(
            Shape(left.dimensions.dropLast(2)), Shape(right.dimensions.dropLast(2)))
        var result = stacks.dimensions
        if a.rank > 1 { result.append(left[left.rank - 2]) }
        if b.rank > 1 { result.append(right[right.rank - 1]) }
        return [.real(try .checked(result))]
    }

    /// The operands as stacks of matrices: a vector on the left is a row, on the right a column.
    package static func matrices(_ a: Shape, _ b: Shape) -> (Shape, Shape) {
        (a.rank == 1 ? Shape([1] + a.dimensions) : a, b.rank == 1 ? Shape(b.dimensions + [1]) : b)
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        guard let a = inputs[0]?.shape, a.rank > 0 else { return 0 }
        return output.shape.count.saturatingProduct(a[a.rank - 1])
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
