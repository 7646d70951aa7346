import Tensors

/// The axes before `axis` joined into one, and those from it on into another (ONNX Flatten).
public struct Flatten: Operator {
    public var name: String { "Flatten" }
    package var axis: Int

    public init(axis: Int = 1) {
        self.axis = axis
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let type = try inputs.requiredOfAnyKind(0, "input")
        let x = type.shape
        let split = axis < 0 ? axis + x.rank : axis
        guard (0...x.rank).contains(split) else {
            throw OperatorError("has axis \(axis) for an input of rank \(x.rank)")
        }
        return [
            type.reshaped(to: Shape([x.dimensions[..<split].reduce(1, *), x.dimensions[split...].reduce(1, *)]))
        ]
    }

    /// Elements keep their order, so if the first axis is the batch before and after, it stays the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
