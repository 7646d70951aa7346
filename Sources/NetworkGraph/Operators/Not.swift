import Tensors

/// The negation of a boolean, element by element (ONNX Not).
public struct Not: Operator {
    public var name: String { "Not" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input", .boolean)
        return [TensorType(.boolean, x.shape, integers: x.integers?.map { 1 - $0 })]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
