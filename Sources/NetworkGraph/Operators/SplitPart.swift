import Tensors

/// One of the parts that a tensor is split into along an axis (an output of ONNX's Split).
///
/// Inputs: x, optional extents of the parts as integers; by default all are equal, except that the last may be smaller.
public struct SplitPart: RearrangingOperator {
    public var name: String { "Split" }
    package var axis: Int
    package var part: Int
    package var parts: Int

    public init(axis: Int = 0, part: Int, of parts: Int) {
        self.axis = axis
        self.part = part
        self.parts = parts
    }

    /// Where each part begins along an axis of the given extent, and where the last ends.
    package func borders(_ inputs: [TensorType?], extent: Int) throws(OperatorError) -> [Int] {
        let each = (extent + parts - 1) / max(parts, 1)
        let extents =
            try inputs.knownIntegers(1, "extents") ?? (0..<parts).map { max(min(each, extent - $0 * each), 0) }
        guard extents.count == parts, extents.allSatisfy({ $0 >= 0 && $0 <= extent }), extents.reduce(0, +) == extent
        else { throw OperatorError("splits an axis of \(extent) into \(parts) parts of \(extents)") }
        return extents.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let axis = try x.checkedAxis(axis)
        let borders = try borders(inputs, extent: x[axis])
        var dimensions = x.dimensions
        dimensions[axis] = borders[part + 1] - borders[part]
        return Shape(dimensions)
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let axis = try x.checkedAxis(axis)
        let start = try borders(inputs, extent: x[axis])[part] * x.strides[axis]
        return StridedPositions(extents: shape.dimensions, strides: x.strides).map { start + $0 }
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { isBehindBatch(axis, ranks: ranks) }
}
