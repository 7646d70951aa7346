import NetworkGraph
import Tensors

extension Tensor {
    /// `operation` on the elements of two tensors, broadcast to a shape that both fit.
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

    /// The tensor with its axes in another order: axis i of the result is axis permutation[i] of this one.
    func transposed(_ permutation: [Int]) -> Tensor {
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
}

/// The elements that some tensors are read at while an index runs over a result, in runs of equal steps: as many
/// trailing axes as can be are run through as one.
struct StridedRuns {
    /// How many elements a run has.
    let length: Int
    /// For each tensor, how far apart two elements of a run are.
    let steps: [Int]
    private let outerExtents: [Int]
    private let outerStrides: [[Int]]

    /// - Parameter strides: for each tensor, how far apart its elements are along each axis of the result.
    init(extents: [Int], strides: [[Int]]) {
        var length = 1
        var steps = strides.map { $0.last ?? 0 }
        var axis = extents.count - 1
        while axis >= 0 {
            let continues = length == 1 || zip(strides, steps).allSatisfy { $0[axis] == $1 * length }
            guard continues else { break }
            if length == 1 { steps = strides.map { $0[axis] } }
            length *= extents[axis]
            axis -= 1
        }
        self.length = length
        self.steps = steps
        outerExtents = Array(extents[..<(axis + 1)])
        outerStrides = strides.map { Array($0[..<(axis + 1)]) }
    }

    /// Where each run of a tensor starts.
    func starts(of tensor: Int) -> BroadcastPositions {
        BroadcastPositions(extents: outerExtents, strides: outerStrides[tensor])
    }
}

/// The positions that an index running over some axes, last axis fastest, has among a tensor's elements.
struct BroadcastPositions: Sequence, IteratorProtocol {
    private let extents: [Int]
    private let strides: [Int]
    private var index: [Int]
    private var position = 0
    private var left: Int

    init(of shape: Shape, in result: Shape) {
        self.init(extents: result.dimensions, strides: shape.broadcastStrides(to: result))
    }

    init(extents: [Int], strides: [Int]) {
        self.extents = extents
        self.strides = strides
        index = extents.map { _ in 0 }
        left = extents.reduce(1, *)
    }

    mutating func next() -> Int? {
        guard left > 0 else { return nil }
        left -= 1
        defer { advance() }
        return position
    }

    private mutating func advance() {
        for axis in stride(from: extents.count - 1, through: 0, by: -1) {
            index[axis] += 1
            position += strides[axis]
            if index[axis] < extents[axis] { return }
            position -= strides[axis] * extents[axis]
            index[axis] = 0
        }
    }
}
