import Tensors

/// The rows of numbers along one axis of a tensor.
package struct AxisLanes {
    /// The length of a row.
    package let count: Int
    /// The stride within a row.
    package let step: Int
    /// The start of each row.
    package let starts: [Int]

    /// - Parameter axis: an axis of the shape; negative axes count from the end.
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
