extension Tensor {
    /// The tensor with its axes in another order: axis i of the result is axis permutation[i] of this one.
    ///
    /// Inlinable, so that each caller gets its own loop.
    @inlinable
    public func transposed(_ permutation: [Int]) -> Tensor {
        let strides = shape.strides
        let extents = permutation.map { shape[$0] }
        let runs = StridedRuns(extents: extents, strides: [permutation.map { strides[$0] }])
        let step = runs.steps[0]
        let transposed = elements.withUnsafeBufferPointer { elements in
            [Element](unsafeUninitializedCapacity: elements.count) { result, count in
                for start in runs.starts(of: 0) {
                    for index in 0..<runs.length {
                        result.initializeElement(at: count, to: elements[start + index * step])
                        count += 1
                    }
                }
            }
        }
        return Tensor(Shape(extents), transposed)
    }

    /// The tensor with two axes exchanged.
    @inlinable
    public func exchangingAxes(_ axis: Int, with other: Int) -> Tensor {
        var permutation = Array(0..<shape.rank)
        permutation.swapAt(axis, other)
        return transposed(permutation)
    }
}
