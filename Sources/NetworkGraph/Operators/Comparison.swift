import Tensors

/// A comparison of two numbers, element by element, with broadcasting (ONNX Less and its kin).
public enum Comparison: String, Operator, CaseIterable {
    case less = "Less"
    case lessOrEqual = "LessOrEqual"
    case greater = "Greater"
    case greaterOrEqual = "GreaterOrEqual"

    public var name: String { rawValue }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let a = try inputs.required(0, "A").shape
        let b = try inputs.required(1, "B").shape
        return [TensorType(.boolean, try .broadcast(a, b))]
    }
}
