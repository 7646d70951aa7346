import Tensors

/// The largest number of each plane: [N, C, spatial...] becomes [N, C, 1...] (ONNX GlobalMaxPool).
public struct GlobalMaxPool: Operator {
    public var name: String { "GlobalMaxPool" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        guard x.rank >= 3, x.dimensions.dropFirst(2).allSatisfy({ $0 > 0 }) else {
            throw OperatorError("takes [N, C, spatial...], not \(x)")
        }
        return [.real(Shape(x.dimensions.prefix(2) + x.dimensions.dropFirst(2).map { _ in 1 }))]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
