import Tensors

/// The norm of the elements under a sliding window (ONNX LpPool): the p-th root of the sum of their magnitudes' p-th
/// powers. Padding is zeros, which add nothing.
public struct NormPool: Operator {
    public var name: String { "LpPool" }
    package var window: SlidingWindow
    /// p, at least 1.
    package var power: Int

    public init(window: SlidingWindow, power: Int = 2) {
        self.window = window
        self.power = power
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        [try window.pooledType(of: inputs.required(0, "input").shape)]
    }

    /// One less than p for each element under each window.
    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        (power - 1) * output.shape.count * window.kernel.reduce(1, *)
    }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        guard let x = inputs[0]?.shape, let axes = try? window.axes(over: Array(x.dimensions.dropFirst(2))) else {
            return 0
        }
        return SlidingWindow.workspaceBytes(axes, over: x, bytesPerNumber: bytesPerNumber)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
