import Tensors

extension Tensor {
    /// The tensor with two neighbouring axes exchanged.
    func exchangingAxes(_ axis: Int, with next: Int) -> Tensor {
        precondition(next == axis + 1, "axes \(axis) and \(next) are no neighbours")
        let extents = shape.dimensions
        let outer = extents[..<axis].reduce(1, *)
        let inner = extents[(next + 1)...].reduce(1, *)
        let (rows, columns) = (extents[axis], extents[next])
        var exchanged = [Element]()
        exchanged.reserveCapacity(shape.count)
        for block in 0..<outer {
            for column in 0..<columns {
                for row in 0..<rows {
                    let start = ((block * rows + row) * columns + column) * inner
                    exchanged += elements[start..<start + inner]
                }
            }
        }
        var result = extents
        result.swapAt(axis, next)
        return Tensor(Shape(result), exchanged)
    }
}
