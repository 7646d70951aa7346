import Tensors

/// x, a number or an integer, limited to a range (ONNX Clip).
///
/// Inputs: x, optional scalar minimum, optional scalar maximum.
public struct Clip: Operator {
    public var name: String { "Clip" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.requiredOfAnyKind(0, "input")
        guard x.kind != .boolean else { throw OperatorError("takes numbers, not a boolean input") }
        var known = [Int]()
        for (position, role) in [(1, "minimum"), (2, "maximum")] {
            guard let limit = try inputs.optional(position, role, x.kind) else { continue }
            guard limit.shape.count == 1 else {
                throw OperatorError("has a \(role) \(limit.shape), where a scalar is needed")
            }
            if let integer = limit.integers?.first { known.append(integer) }
        }
        var type = TensorType(x.kind, x.shape)
        if let integers = x.integers, known.count == inputs.dropFirst().count(where: { $0 != nil }) {
            let hasMinimum = inputs.count > 1 && inputs[1] != nil
            let (lowest, highest) = (
                hasMinimum ? known[0] : .min, inputs.count > 2 && inputs[2] != nil ? known[known.count - 1] : .max
            )
            type.integers = integers.map { min(max($0, lowest), highest) }
        }
        return [type]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
