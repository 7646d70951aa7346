import Tensors

/// 1 at the first largest number along an axis, 0 elsewhere (ONNX Hardmax).
public struct Hardmax: Operator {
    public var name: String { "Hardmax" }
    /// The elements to compare, as for the softmax.
    package var softmax: Softmax

    public init(_ softmax: Softmax) {
        self.softmax = softmax
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        try softmax.outputTypes(for: inputs)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        softmax.keepsBatchElementsApart(dependent: dependent, ranks: ranks)
    }
}
