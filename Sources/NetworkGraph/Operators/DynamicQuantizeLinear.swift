import Tensors

/// Numbers as integers from 0 to 255, with a scale and a zero point for their range extended to 0 (ONNX
/// DynamicQuantizeLinear): scale = (largest - smallest) / 255, or 1 if these are equal; zero point =
/// saturated(round(-smallest / scale)).
public struct DynamicQuantizeLinear: Operator {
    /// Which result it gives.
    public enum Result: Sendable, CaseIterable {
        case quantized, scale, zeroPoint
    }

    public var name: String { "DynamicQuantizeLinear" }
    package var result: Result

    public init(giving result: Result = .quantized) {
        self.result = result
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        switch result {
        case .quantized: return [TensorType(.integer, x)]
        case .scale: return [.real([])]
        case .zeroPoint: return [TensorType(.integer, [])]
        }
    }

    /// The range covers the whole batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
