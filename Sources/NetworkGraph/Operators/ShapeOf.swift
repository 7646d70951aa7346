import Tensors

/// The extents of a tensor, or of a range of its axes, as integers (ONNX Shape).
public struct ShapeOf: Operator {
    public var name: String { "Shape" }
    /// The first axis and the one after the last; negative ones count from the end, and the range is clipped to the
    /// axes.
    package var start: Int
    package var end: Int

    public init(start: Int = 0, end: Int = .max) {
        self.start = start
        self.end = end
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        func counted(_ axis: Int) -> Int { min(max(axis < 0 ? axis + x.rank : axis, 0), x.rank) }
        let extents = Array(x.dimensions[counted(start)..<max(counted(start), counted(end))])
        return [TensorType(.integer, [extents.count], integers: extents)]
    }

    /// A shape has no batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
