import NetworkGraph
import Tensors

extension Tensor {
    /// `operation` on the elements of two tensors, broadcast to a common shape.
    func combined<Other: Sendable, Result: Sendable>(
        with other: Tensor<Other>, to shape: Shape, _ operation: (Element, Other) -> Result
    ) -> Tensor<Result> {
        let runs = StridedRuns(
            extents: shape.dimensions,
            strides: [self.shape.broadcastStrides(to: shape), other.shape.broadcastStrides(to: shape)])
        let (leftStep, rightStep) = (runs.steps[0], runs.steps[1])
        let combined = elements.withUnsafeBufferPointer { left in
            other.elements.withUnsafeBufferPointer { right in
                [Result](unsafeUninitializedCapacity: shape.count) { result, count in
                    for (leftStart, rightStart) in zip(runs.starts(of: 0), runs.starts(of: 1)) {
                        for index in 0..<runs.length {
                            result.initializeElement(
                                at: count,
                                to: operation(left[leftStart + index * leftStep], right[rightStart + index * rightStep])
                            )
                            count += 1
                        }
                    }
                }
            }
        }
        return Tensor<Result>(shape, combined)
    }
}

extension StridedPositions {
    /// The elements of a tensor broadcast to a shape that it fits.
    init(of shape: Shape, in result: Shape) {
        self.init(extents: result.dimensions, strides: shape.broadcastStrides(to: result))
    }
}
