import Tensors

/// A possible order of a tensor's elements: its axes permuted, some of them read backwards.
struct ElementOrder: Sendable {
    /// For each axis of the result, its source axis.
    let axes: [Int]
    /// The axes of the result that are read backwards.
    let reversed: Set<Int>
    /// The extents of the result.
    let extents: [Int]
    /// For each axis of the result, its elements' stride in the tensor.
    private let strides: [Int]
    /// The position of the result's first element in the tensor.
    private let start: Int

    init(axes: [Int], reversed: Set<Int>, of extents: [Int]) {
        (self.axes, self.reversed) = (axes, reversed)
        var own = [Int](repeating: 1, count: extents.count)
        for axis in extents.indices.dropLast().reversed() { own[axis] = own[axis + 1] * extents[axis + 1] }
        self.extents = axes.map { extents[$0] }
        strides = axes.enumerated().map { reversed.contains($0.offset) ? -own[$0.element] : own[$0.element] }
        start = axes.enumerated().reduce(0) { sum, axis in
            sum + (reversed.contains(axis.offset) ? own[axis.element] * (extents[axis.element] - 1) : 0)
        }
    }

    /// The position of an element of the result in the tensor.
    func source(of position: Int) -> Int {
        var (position, source) = (position, start)
        for axis in extents.indices.reversed() {
            source += position % extents[axis] * strides[axis]
            position /= extents[axis]
        }
        return source
    }

    /// The orders for tensors of given extents, simplest first, without the tensor's own.
    static func all(of extents: [Int]) -> [ElementOrder] {
        let rank = extents.count
        guard 1...5 ~= rank else { return [] }
        let sets = (0..<(rank < 5 ? 1 << rank : 1)).map { bits in Set((0..<rank).filter { bits >> $0 & 1 == 1 }) }
        return permutations(of: rank).flatMap { axes in
            sets.sorted { ($0.count, $0.sorted().description) < ($1.count, $1.sorted().description) }
                .map { ElementOrder(axes: axes, reversed: $0, of: extents) }
        }.filter { !$0.reversed.isEmpty || $0.axes != Array(0..<rank) }
            .sorted { $0.reversed.count < $1.reversed.count }
    }

    private static func permutations(of rank: Int) -> [[Int]] {
        guard rank > 1 else { return [[0]] }
        return (0..<rank).flatMap { first in
            permutations(of: rank - 1).map { [first] + $0.map { $0 < first ? $0 : $0 + 1 } }
        }
    }

    /// - Parameters:
    ///   - names: the names of the tensor's axes.
    ///   - given: the extents of the tensor in this order.
    func words(_ names: [String], given: [Int]) -> String {
        let own = axes.map { names[$0] }
        let backwards = reversed.sorted().map { own[$0] }
        let turned = backwards.isEmpty ? nil : "\(backwards.joined(separator: " and ")) backwards"
        guard axes != axes.sorted() else { return turned ?? "as they are" }
        let layout =
            "laid out as \(own.joined(separator: ", "))" + (extents == given ? "" : ", which is not their shape")
        return [layout, turned].compactMap { $0 }.joined(separator: ", ")
    }
}
