import Tensors

/// The rows of numbers along one axis of a tensor.
package struct AxisLanes {
    /// How many numbers a row has.
    package let count: Int
    /// How far apart they lie.
    package let step: Int
    /// Where each row starts.
    package let starts: [Int]

    /// - Parameter axis: one that the shape has; a negative one counts from the back.
    package init(_ shape: Shape, axis: Int) {
        let axis = shape.axis(axis) ?? 0
        let count = shape.rank == 0 ? 1 : shape[axis]
        let step = shape.dimensions.dropFirst(axis + 1).reduce(1, *)
        self.count = count
        self.step = step
        let outer = shape.dimensions.prefix(axis).reduce(1, *)
        starts = (0..<outer * step).map { $0 / step * count * step + $0 % step }
    }
}
