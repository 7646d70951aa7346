import Tensors

/// The element of one tensor where a condition holds, else that of another, with broadcasting (ONNX Where).
public struct Where: Operator {
    public var name: String { "Where" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let condition = try inputs.required(0, "condition", .boolean).shape
        let x = try inputs.required(1, "X").shape
        let y = try inputs.required(2, "Y").shape
        return [.real(try .broadcast(condition, .broadcast(x, y)))]
    }
}
