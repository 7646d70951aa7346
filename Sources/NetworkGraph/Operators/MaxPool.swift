import Tensors

/// The largest element under a sliding window; padding never wins (ONNX MaxPool, first output).
public struct MaxPool: Operator {
    public var name: String { "MaxPool" }
    package var window: SlidingWindow

    public init(window: SlidingWindow) {
        self.window = window
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.requiredOfAnyKind(0, "input")
        guard x.kind != .boolean else { throw OperatorError("takes numbers or integers, not booleans") }
        return [TensorType(x.kind, try window.pooledType(of: x.shape).shape)]
    }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        guard let x = inputs[0]?.shape, let axes = try? window.axes(over: Array(x.dimensions.dropFirst(2))) else {
            return 0
        }
        return SlidingWindow.workspaceBytes(axes, over: x, bytesPerNumber: bytesPerNumber)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}

extension SlidingWindow {
    /// The type of a pool's output: [N, C, spatial...] to [N, C, window positions...].
    func pooledType(of x: Shape) throws(OperatorError) -> TensorType {
        guard x.rank >= 3 else { throw OperatorError("takes [N, C, spatial...]") }
        let axes = try axes(over: Array(x.dimensions.dropFirst(2)))
        _ = try x.padded(for: axes)
        return .real(try .checked([x[0], x[1]] + axes.map(\.outputExtent)))
    }
}
