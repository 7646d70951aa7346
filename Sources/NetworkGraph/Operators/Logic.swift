import Tensors

/// An operation on two booleans, element by element, with broadcasting (ONNX And, Or, Xor).
public enum Logic: String, Operator, CaseIterable {
    case and = "And"
    case or = "Or"
    case exclusiveOr = "Xor"

    public var name: String { rawValue }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let a = try inputs.required(0, "A", .boolean)
        let b = try inputs.required(1, "B", .boolean)
        var type = TensorType(.boolean, try .broadcast(a.shape, b.shape))
        if let left = a.integers, let right = b.integers {
            type.integers = try BinaryArithmetic.combined((left, a.shape), (right, b.shape), to: type.shape) {
                holds($0 != 0, $1 != 0) ? 1 : 0
            }
        }
        return [type]
    }

    /// The result for two booleans.
    @inlinable
    package func holds(_ a: Bool, _ b: Bool) -> Bool {
        switch self {
        case .and: a && b
        case .or: a || b
        case .exclusiveOr: a != b
        }
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { Set(ranks).count == 1 }
}
