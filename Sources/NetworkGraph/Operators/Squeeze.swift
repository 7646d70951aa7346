import Tensors

/// The input without the given axes, each of extent 1; without all such axes if none are given (ONNX Squeeze).
///
/// Inputs: x, optionally the axes as integers.
public struct Squeeze: Operator {
    public var name: String { "Squeeze" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let type = try inputs.requiredOfAnyKind(0, "input")
        let x = type.shape
        guard let given = try inputs.optional(1, "axes", .integer) else {
            return [type.reshaped(to: Shape(x.dimensions.filter { $0 != 1 }))]
        }
        let axes = try Unsqueeze.axes(given, rank: x.rank)
        guard axes.allSatisfy({ x[$0] == 1 }) else { throw OperatorError("removes axes \(axes) of \(x)") }
        return [type.reshaped(to: Shape(x.dimensions.indices.filter { !axes.contains($0) }.map { x[$0] }))]
    }

    /// Elements keep their order, so if the first axis is the batch before and after, it stays the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
