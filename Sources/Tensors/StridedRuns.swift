/// The elements of some tensors read while an index runs over a result, in runs of equal steps: as many trailing axes
/// as possible form one run.
@usableFromInline
package struct StridedRuns {
    /// The number of elements in a run.
    @usableFromInline
    package let length: Int
    /// For each tensor, the step between elements of a run.
    @usableFromInline
    package let steps: [Int]
    private let outerExtents: [Int]
    private let outerStrides: [[Int]]

    /// - Parameter strides: for each tensor, its stride along each axis of the result.
    @usableFromInline
    package init(extents: [Int], strides: [[Int]]) {
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
    @usableFromInline
    package func starts(of tensor: Int) -> StridedPositions {
        StridedPositions(extents: outerExtents, strides: outerStrides[tensor])
    }
}

/// The positions in a tensor of an index that runs over some axes, last axis fastest.
@usableFromInline
package struct StridedPositions: Sequence, IteratorProtocol {
    private let extents: [Int]
    private let strides: [Int]
    private var index: [Int]
    private var position = 0
    private var left: Int

    @usableFromInline
    package init(extents: [Int], strides: [Int]) {
        self.extents = extents
        self.strides = strides
        index = extents.map { _ in 0 }
        left = extents.reduce(1, *)
    }

    @usableFromInline
    package mutating func next() -> Int? {
        guard left > 0 else { return nil }
        left -= 1
        defer { advance() }
        return position
    }

    private mutating func advance() {
        var axis = extents.count
        while axis > 0 {
            axis -= 1
            index[axis] += 1
            position += strides[axis]
            if index[axis] < extents[axis] { return }
            position -= strides[axis] * extents[axis]
            index[axis] = 0
        }
    }
}
