import Tensors

/// x limited to a range (ONNX Clip).
///
/// Inputs: x, optional scalar minimum, optional scalar maximum.
public struct Clip: Operator {
    public var name: String { "Clip" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        for (position, role) in [(1, "minimum"), (2, "maximum")] {
            if let limit = try inputs.optional(position, role)?.shape, limit.count != 1 {
                throw OperatorError("has a \(role) \(limit), where a scalar is needed")
            }
        }
        return [.real(x)]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
