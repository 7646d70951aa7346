extension Tensor {
    /// Parts along an axis, in any order, with repeats allowed.
    ///
    /// - Parameter order: for each part of the result, its position along this tensor's axis.
    @inlinable
    public func taking(_ order: [Int], along axis: Int) -> Tensor {
        let (inner, parts) = (shape.strides[axis], shape[axis])
        let outer = shape.count / Swift.max(inner * parts, 1)
        var extents = shape.dimensions
        extents[axis] = order.count
        precondition(order.allSatisfy { (0..<parts).contains($0) })
        let taken = elements.withUnsafeBufferPointer { elements in
            [Element](unsafeUninitializedCapacity: outer * order.count * inner) { result, count in
                for block in 0..<outer {
                    for part in order {
                        let first = (block * parts + part) * inner
                        for index in first..<first + inner {
                            result.initializeElement(at: count, to: elements[index])
                            count += 1
                        }
                    }
                }
            }
        }
        return Tensor(Shape(extents), taken)
    }
}
