import Tensors

/// Tensors joined along an axis (ONNX Concat).
public struct Concat: RearrangingOperator {
    public var name: String { "Concat" }
    package var axis: Int

    public init(axis: Int) {
        self.axis = axis
    }

    package func movedInputs(of inputs: [TensorType?]) -> [Int] { Array(inputs.indices) }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let types = try inputs.requiredOfOneKind(inputs.indices, "input")
        guard let first = types.first?.shape else { throw OperatorError("has no inputs") }
        let axis = try first.checkedAxis(axis)
        var dimensions = first.dimensions
        for next in types.dropFirst().map(\.shape) {
            var others = next.dimensions
            guard next.rank == first.rank else { throw OperatorError("joins \(first) and \(next)") }
            others[axis] = first[axis]
            guard others == first.dimensions else {
                throw OperatorError("joins \(first) and \(next) along axis \(axis)")
            }
            dimensions[axis] += next[axis]
        }
        return try .checked(dimensions)
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let outer = shape.dimensions[..<(try shape.checkedAxis(axis))].reduce(1, *)
        let lengths = inputs.map { ($0?.shape.count ?? 0) / max(outer, 1) }
        var sources = [Int]()
        sources.reserveCapacity(shape.count)
        for block in 0..<outer {
            var start = 0
            for length in lengths {
                sources += start + block * length..<start + (block + 1) * length
                start += outer * length
            }
        }
        return sources
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { isBehindBatch(axis, ranks: ranks) }
}
