import Tensors

/// The mean over all spatial axes, each kept with extent 1 (ONNX GlobalAveragePool).
public struct GlobalAveragePool: Operator {
    public var name: String { "GlobalAveragePool" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        guard x.rank >= 3 else { throw OperatorError("takes [N, C, spatial...]") }
        return [.real(Shape([x[0], x[1]] + x.dimensions.dropFirst(2).map { _ in 1 }))]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
