import Tensors

/// The negation of a boolean, element by element (ONNX Not).
public struct Not: Operator {
    public var name: String { "Not" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        [try inputs.required(0, "input", .boolean)]
    }
}
