import Tensors

/// Tensors joined along an axis (ONNX Concat).
public struct Concat: Operator {
    public var name: String { "Concat" }
    public var axis: Int

    public init(axis: Int) {
        self.axis = axis
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let first = try inputs.required(0, "input").shape
        guard let axis = first.axis(axis) else {
            throw OperatorError("has axis \(self.axis) for an input of rank \(first.rank)")
        }
        var dimensions = first.dimensions
        for position in inputs.indices.dropFirst() {
            let next = try inputs.required(position, "input").shape
            var others = next.dimensions
            guard next.rank == first.rank else { throw OperatorError("joins \(first) and \(next)") }
            others[axis] = first[axis]
            guard others == first.dimensions else {
                throw OperatorError("joins \(first) and \(next) along axis \(axis)")
            }
            dimensions[axis] += next[axis]
        }
        return [.real(try .checked(dimensions))]
    }
}
