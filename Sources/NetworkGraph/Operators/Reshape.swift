import Tensors

/// The same elements under another shape (ONNX Reshape).
///
/// Inputs: x, the new shape as integers; -1 stands for the rest, 0 for the input's own extent unless `allowsZero`.
public struct Reshape: Operator {
    public var name: String { "Reshape" }
    package var allowsZero: Bool

    public init(allowsZero: Bool = false) {
        self.allowsZero = allowsZero
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let type = try inputs.requiredOfAnyKind(0, "input")
        let x = type.shape
        let given = try inputs.required(1, "shape", .integer)
        guard given.shape.rank == 1 else { throw OperatorError("takes its shape from a list, not from \(given.shape)") }
        guard let wanted = given.integers else {
            throw OperatorError("takes its shape from a tensor whose elements are not known yet")
        }
        var dimensions = wanted
        for (axis, extent) in wanted.enumerated() where extent == 0 && !allowsZero {
            guard axis < x.rank else { throw OperatorError("copies axis \(axis) of an input of rank \(x.rank)") }
            dimensions[axis] = x[axis]
        }
        if let open = dimensions.firstIndex(of: -1) {
            var rest = dimensions
            rest[open] = 1
            let known = try Shape.checked(rest).count
            guard known > 0, x.count % known == 0 else {
                throw OperatorError("cannot arrange \(x.count) elements as \(wanted)")
            }
            dimensions[open] = x.count / known
        }
        let shape = try Shape.checked(dimensions)
        guard shape.count == x.count else {
            throw OperatorError("cannot arrange \(x.count) elements as \(wanted)")
        }
        return [type.reshaped(to: shape)]
    }

    /// Elements keep their order, so if the first axis is the batch before and after, it stays the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
