import Tensors

/// x - max - log(sum of exp(x - max)) along an axis (ONNX LogSoftmax).
public struct LogSoftmax: Operator {
    public var name: String { "LogSoftmax" }
    /// The elements to sum, as for the softmax.
    package var softmax: Softmax

    public init(_ softmax: Softmax) {
        self.softmax = softmax
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        try softmax.outputTypes(for: inputs)
    }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        softmax.workspaceBytes(from: inputs, to: output, bytesPerNumber: bytesPerNumber)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        softmax.keepsBatchElementsApart(dependent: dependent, ranks: ranks)
    }
}
