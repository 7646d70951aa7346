import Tensors

/// An operation on two numbers, element by element, with broadcasting (ONNX Add, Sub, Mul, Div).
public enum BinaryArithmetic: String, Operator, CaseIterable {
    case add = "Add"
    case subtract = "Sub"
    case multiply = "Mul"
    case divide = "Div"

    public var name: String { rawValue }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let a = try inputs.required(0, "A").shape
        let b = try inputs.required(1, "B").shape
        return [.real(try .broadcast(a, b))]
    }
}
