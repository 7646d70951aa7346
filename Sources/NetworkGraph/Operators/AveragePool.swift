import Tensors

/// The mean of the elements under a sliding window (ONNX AveragePool).
public struct AveragePool: Operator {
    public var name: String { "AveragePool" }
    package var window: SlidingWindow
    /// Whether padding counts as zeros; otherwise only elements of the input are counted.
    package var countsPadding: Bool

    public init(window: SlidingWindow, countsPadding: Bool = false) {
        self.window = window
        self.countsPadding = countsPadding
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        [try window.pooledType(of: inputs.required(0, "input").shape)]
    }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        guard let x = inputs[0]?.shape, let axes = try? window.axes(over: Array(x.dimensions.dropFirst(2))) else {
            return 0
        }
        return SlidingWindow.workspaceBytes(axes, over: x, bytesPerNumber: bytesPerNumber)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
