import Tensors

/// The number of a tensor's elements, as an integer (ONNX Size).
public struct SizeOf: Operator {
    public var name: String { "Size" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        [TensorType(.integer, [], integers: [try inputs.requiredOfAnyKind(0, "input").shape.count])]
    }

    /// A number has no batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
