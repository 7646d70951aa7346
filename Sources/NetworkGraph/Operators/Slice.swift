import Tensors

/// The elements between two positions along some axes, at a step (ONNX Slice).
///
/// Inputs: x and, as integers, starts, ends, optional axes (by default the first ones), optional steps.
public struct Slice: RearrangingOperator {
    public var name: String { "Slice" }

    public init() {}

    /// The elements to take along an axis.
    package struct Range: Sendable {
        package let start: Int
        package let step: Int
        package let count: Int

        package init(start: Int, step: Int = 1, count: Int) {
            (self.start, self.step, self.count) = (start, step, count)
        }
    }

    /// The range along each axis of x.
    package func ranges(of inputs: [TensorType?]) throws(OperatorError) -> [Range] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        guard let starts = try inputs.knownIntegers(1, "starts"), let ends = try inputs.knownIntegers(2, "ends") else {
            throw OperatorError("has no starts or ends (inputs 1, 2)")
        }
        let axes = try x.axes(inputs.knownIntegers(3, "axes") ?? Array(starts.indices))
        let steps = try inputs.knownIntegers(4, "steps") ?? starts.map { _ in 1 }
        guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
            throw OperatorError(
                "has \(starts.count) starts, \(ends.count) ends, \(axes.count) axes and \(steps.count) steps")
        }
        var ranges = x.dimensions.map { Range(start: 0, step: 1, count: $0) }
        for (position, axis) in axes.enumerated() {
            let (extent, step) = (x[axis], steps[position])
            guard step != 0, step > .min else { throw OperatorError("has step \(step) along axis \(axis)") }
            func counted(_ place: Int, _ lowest: Int, _ highest: Int) -> Int {
                min(max(place < 0 ? place.addingReportingOverflow(extent).partialValue : place, lowest), highest)
            }
            let (lowest, highest) = step > 0 ? (0, extent) : (-1, extent - 1)
            let start = counted(starts[position], step > 0 ? 0 : 0, highest)
            let end = counted(ends[position], lowest, highest)
            let distance = step > 0 ? end - start : start - end
            let width = step > 0 ? step : -step
            ranges[axis] = Range(
                start: start, step: step, count: distance <= 0 ? 0 : (distance - 1) / width + 1)
        }
        return ranges
    }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        try .checked(ranges(of: inputs).map(\.count))
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let strides = try inputs.requiredOfAnyKind(0, "input").shape.strides
        let ranges = try ranges(of: inputs)
        let origin = zip(ranges, strides).reduce(0) { $0 + $1.0.start * $1.1 }
        let steps = zip(ranges, strides).map { $0.step.multipliedReportingOverflow(by: $1).partialValue }
        return StridedPositions(extents: shape.dimensions, strides: steps).map { origin + $0 }
    }

    /// The shapes show that the first axis stays whole, since they change with the batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
