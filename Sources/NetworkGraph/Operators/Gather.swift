import Tensors

/// The slices of a tensor along an axis, selected by a tensor of indices (ONNX Gather).
///
/// Inputs: x, indices as integers; negative ones count from the end.
public struct Gather: RearrangingOperator {
    public var name: String { "Gather" }
    package var axis: Int

    public init(axis: Int = 0) {
        self.axis = axis
    }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let indices = try inputs.required(1, "indices", .integer).shape
        let axis = try x.checkedAxis(axis)
        return try .checked(x.dimensions[..<axis] + indices.dimensions + x.dimensions[(axis + 1)...])
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let axis = try x.checkedAxis(axis)
        let indices = try inputs.indices(1, below: x[axis])
        let inner = x.dimensions[(axis + 1)...].reduce(1, *)
        var sources = [Int]()
        sources.reserveCapacity(shape.count)
        for block in 0..<x.dimensions[..<axis].reduce(1, *) {
            for index in indices {
                let start = (block * x[axis] + index) * inner
                sources += start..<start + inner
            }
        }
        return sources
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        dependent.isFirstAlone && isBehindBatch(axis, ranks: ranks)
    }
}

extension [TensorType?] {
    /// The integers of an input, each an index along an axis of the given extent, counted from the front.
    func indices(_ position: Int, below extent: Int) throws(OperatorError) -> [Int] {
        guard let integers = try required(position, "indices", .integer).integers else {
            throw OperatorError("takes indices that are not known yet")
        }
        var indices = [Int]()
        indices.reserveCapacity(integers.count)
        for index in integers {
            guard index >= -extent, index < extent else {
                throw OperatorError("has index \(index) on an axis of \(extent)")
            }
            indices.append(index < 0 ? index + extent : index)
        }
        return indices
    }
}
