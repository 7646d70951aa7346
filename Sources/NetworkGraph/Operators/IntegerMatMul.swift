import Tensors

/// A matrix product of integers, exact (ONNX MatMulInteger).
///
/// Inputs: A, B, optional zero points of A: one, or one for each row; optional zero points of B: one, or one for each
/// column.
public struct IntegerMatMul: Operator {
    public var name: String { "MatMulInteger" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let a = try inputs.required(0, "A", .integer).shape
        let b = try inputs.required(1, "B", .integer).shape
        let product = try MatMul().outputTypes(for: [.real(a), .real(b)])[0].shape
        if let zeroPoints = try inputs.optional(2, "zero points of A", .integer)?.shape {
            try MatMul.checkRows(zeroPoints, of: a)
        }
        if let zeroPoints = try inputs.optional(3, "zero points of B", .integer)?.shape {
            try MatMul.checkColumns(zeroPoints, of: b)
        }
        return [TensorType(.integer, product)]
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        MatMul().multiplyAdds(from: inputs, to: output)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}

extension MatMul {
    /// One number for each row of A, shaped to broadcast to A: a list becomes a column.
    package static func rowShape(_ parameters: Shape, of a: Shape) -> Shape {
        parameters.rank == 1 && parameters.count > 1 && a.rank > 1 ? Shape(parameters.dimensions + [1]) : parameters
    }

    static func checkRows(_ parameters: Shape, of a: Shape) throws(OperatorError) {
        let rows = rowShape(parameters, of: a)
        guard rows.count == 1 || rows.dimensions.last == 1, try .broadcast(a, rows) == a else {
            throw OperatorError("has parameters \(parameters) for the rows of \(a)")
        }
    }

    static func checkColumns(_ parameters: Shape, of b: Shape) throws(OperatorError) {
        let isOneForEachColumn = parameters.rank < 2 || parameters[parameters.rank - 2] == 1
        guard isOneForEachColumn, try .broadcast(b, parameters) == b else {
            throw OperatorError("has parameters \(parameters) for the columns of \(b)")
        }
    }
}
