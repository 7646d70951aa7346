import Tensors

extension AnyTensor {
    /// The tensor's parts along an axis in another order.
    ///
    /// - Parameter order: for each part of the result, its position in this tensor.
    func taking(_ order: [Int], along axis: Int) -> AnyTensor {
        func taking(_ tensor: some TypedTensor) -> AnyTensor { AnyTensor(tensor.typed.taking(order, along: axis)) }
        return taking(contents)
    }

    /// The parts in another order; nil if the result's shape does not fit the order.
    func fitting(_ order: [Int], along axis: Int) -> AnyTensor? {
        guard shape.dimensions.indices.contains(axis), shape[axis] == order.count else { return nil }
        return taking(order, along: axis)
    }

    /// The tensor's parts along some axes in reverse order.
    func reversed(along axes: [Int]) -> AnyTensor {
        axes.reduce(self) { $0.taking(Array((0..<$0.shape[$1]).reversed()), along: $1) }
    }

    /// Its numbers, each transformed, as float32.
    func mapNumbers(_ change: (Double) -> Double) -> AnyTensor {
        .float32(Tensor(shape, float64.elements.map { Float(change($0)) }))
    }

    /// The numbers with one part along an axis transformed.
    func mapPart(_ part: Int, along axis: Int, _ change: (Double) -> Double) -> AnyTensor {
        let shape = shape
        let inner = shape.strides[axis]
        var numbers = float64.elements
        for start in stride(from: part * inner, to: numbers.count, by: max(inner * shape[axis], 1)) {
            for position in start..<start + inner { numbers[position] = change(numbers[position]) }
        }
        return .float32(Tensor(shape, numbers.map { Float($0) }))
    }
}
