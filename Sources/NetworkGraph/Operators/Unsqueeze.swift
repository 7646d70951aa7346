import Tensors

/// The input with axes of extent 1 inserted at the given positions of the output (ONNX Unsqueeze).
///
/// Inputs: x, the axes as integers.
public struct Unsqueeze: Operator {
    public var name: String { "Unsqueeze" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let type = try inputs.requiredOfAnyKind(0, "input")
        let x = type.shape
        let given = try inputs.required(1, "axes", .integer)
        let rank = x.rank + given.shape.count
        let axes = try Unsqueeze.axes(given, rank: rank)
        var rest = x.dimensions[...]
        return [type.reshaped(to: Shape((0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }))]
    }

    /// The axes in an integer tensor, counted from the front.
    static func axes(_ type: TensorType, rank: Int) throws(OperatorError) -> Set<Int> {
        guard type.shape.rank <= 1 else { throw OperatorError("takes its axes from a list, not from \(type.shape)") }
        guard let integers = type.integers else {
            throw OperatorError("takes its axes from a tensor whose elements are not known yet")
        }
        let axes = Set(integers.map { $0 < 0 ? $0 + rank : $0 })
        guard axes.count == integers.count, axes.allSatisfy({ (0..<rank).contains($0) }) else {
            throw OperatorError("has axes \(integers) for rank \(rank)")
        }
        return axes
    }

    /// Elements keep their order, so if the first axis is the batch before and after, it stays the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
