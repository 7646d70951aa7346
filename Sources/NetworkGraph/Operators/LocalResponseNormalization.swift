import Tensors

/// x / (bias + alpha / size * sum of squares of `size` neighbouring channels)^beta (ONNX LRN).
///
/// The neighbours of channel c are c - floor((size - 1) / 2) to c + ceil((size - 1) / 2), as far as these exist.
public struct LocalResponseNormalization: Operator {
    public var name: String { "LRN" }
    @usableFromInline
    package var size: Int
    package var alpha: Float
    package var beta: Float
    package var bias: Float

    public init(size: Int, alpha: Float = 1e-4, beta: Float = 0.75, bias: Float = 1) {
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.bias = bias
    }

    /// The neighbours of a channel.
    @inlinable
    package func neighbours(of channel: Int, channels: Int) -> ClosedRange<Int> {
        max(0, channel - (size - 1) / 2)...min(channels - 1, channel + size / 2)
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        guard x.rank >= 3, size >= 1, size <= Int32.max else {
            throw OperatorError("takes [N, C, spatial...] and a size from 1 on, not \(x) and \(size)")
        }
        return [.real(x)]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
