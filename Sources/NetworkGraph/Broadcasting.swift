import Tensors

extension Shape {
    /// The shape of an elementwise result: axes aligned from the end, extents equal or 1 (ONNX, "Multidirectional
    /// Broadcasting").
    package static func broadcast(_ left: Shape, _ right: Shape) throws(OperatorError) -> Shape {
        let rank = max(left.rank, right.rank)
        var dimensions = [Int]()
        for axis in 0..<rank {
            let a = axis - (rank - left.rank)
            let b = axis - (rank - right.rank)
            let extents = (a < 0 ? 1 : left[a], b < 0 ? 1 : right[b])
            switch extents {
            case (let x, let y) where x == y: dimensions.append(x)
            case (1, let y): dimensions.append(y)
            case (let x, 1): dimensions.append(x)
            default: throw OperatorError("cannot broadcast \(left) and \(right) to one shape")
            }
        }
        return try Shape.checked(dimensions)
    }

    /// For each axis of `result`, this shape's stride: 0 along an axis that is repeated.
    package func broadcastStrides(to result: Shape) -> [Int] {
        let own = strides
        return (0..<result.rank).map { axis in
            let mine = axis - (result.rank - rank)
            return mine < 0 || self[mine] == 1 ? 0 : own[mine]
        }
    }
}
