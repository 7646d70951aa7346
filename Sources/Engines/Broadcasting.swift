import NetworkGraph
import Tensors

extension Tensor {
    /// `operation` on the elements of two tensors, broadcast to a shape that both fit.
    func combined<Other: Sendable, Result: Sendable>(
        with other: Tensor<Other>, to shape: Shape, _ operation: (Element, Other) -> Result
    ) -> Tensor<Result> {
        if self.shape == shape, other.shape == shape {
            return Tensor<Result>(shape, zip(elements, other.elements).map(operation))
        }
        let left = BroadcastPositions(of: self.shape, in: shape)
        let right = BroadcastPositions(of: other.shape, in: shape)
        return Tensor<Result>(shape, zip(left, right).map { operation(elements[$0], other.elements[$1]) })
    }
}

/// For each element of a result, in order, the position of the element that is repeated there.
struct BroadcastPositions: Sequence, IteratorProtocol {
    private let extents: [Int]
    private let strides: [Int]
    private var index: [Int]
    private var position = 0
    private var left: Int

    init(of shape: Shape, in result: Shape) {
        self.init(extents: result.dimensions, strides: shape.broadcastStrides(to: result))
    }

    /// The positions that an index running over `extents`, last axis fastest, has under `strides`.
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
