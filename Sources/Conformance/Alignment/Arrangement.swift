import Tensors

/// How to reorder the elements of one side's tensor to match the other's: axes are permuted, and axes of extent 1 are
/// added or dropped.
package struct Arrangement: Sendable, Equatable {
    /// Axis i of the result is axis `permutation[i]` of the tensor.
    package let permutation: [Int]
    /// Whether images' rows and columns are exchanged.
    package let exchangesRowsAndColumns: Bool
    /// What is done, in words; nil if nothing is.
    package let words: String?
    /// The extents to split the last axis into before the permutation and to join again after it; nil to keep the
    /// axes.
    package let flattened: [Int]?

    private init(
        _ permutation: [Int], exchangesRowsAndColumns: Bool = false, _ words: String? = nil, flattened: [Int]? = nil
    ) {
        self.permutation = permutation
        self.exchangesRowsAndColumns = exchangesRowsAndColumns
        self.words = words
        self.flattened = flattened
    }

    /// Elements that are in order already.
    package static func none(rank: Int) -> Arrangement { Arrangement(Array(0..<rank)) }

    /// The conventions in which formats differ, for a batch of images with channels.
    static let ofImages = [
        none(rank: 4),
        Arrangement([0, 3, 1, 2], "channels last"), Arrangement([0, 2, 3, 1], "channels first"),
        Arrangement([0, 1, 3, 2], exchangesRowsAndColumns: true, "rows and columns exchanged"),
        Arrangement([0, 2, 1, 3], exchangesRowsAndColumns: true, "rows and columns exchanged"),
        Arrangement(
            [0, 3, 2, 1], exchangesRowsAndColumns: true, "channels at the other end, rows and columns exchanged"),
    ]

    /// The arrangements that turn one shape into another, smallest change first.
    ///
    /// Axes of extent 1 do not count. If no arrangement gives the other shape, the elements keep their order,
    /// provided that axes were joined or split; 3 x 2 never stands for 2 x 3.
    package static func all(from shape: Shape, to wanted: Shape) -> [Arrangement] {
        guard shape.count == wanted.count else { return [] }
        let conventions =
            switch shape.rank {
            case 4: ofImages
            case 3: [none(rank: 3)] + ofImages.dropFirst().map(\.withoutBatch)
            default: [none(rank: shape.rank)]
            }
        var fitting = [Arrangement]()
        for arrangement in conventions {
            let permuted = arrangement.permutation.map { shape[$0] }
            guard permuted.filter({ $0 != 1 }) == wanted.dimensions.filter({ $0 != 1 }) else { continue }
            // With extents of 1, two conventions may coincide.
            let moved = arrangement.permutation.filter { shape[$0] != 1 }
            guard !fitting.contains(where: { $0.permutation.filter { shape[$0] != 1 } == moved }) else { continue }
            fitting.append(arrangement)
        }
        let isJoined = fitting.isEmpty && areJoined(shape.dimensions, wanted.dimensions)
        return isJoined ? [none(rank: shape.rank)] : fitting
    }

    /// Whether multiplying neighbours, in either list of extents, can make the two equal.
    private static func areJoined(_ one: [Int], _ other: [Int]) -> Bool {
        var (one, other) = (one.filter { $0 != 1 }[...], other.filter { $0 != 1 }[...])
        while let first = one.popFirst(), let second = other.popFirst() {
            var (product, counterpart, areSeveral) = (first, second, (false, false))
            while product != counterpart {
                if product < counterpart {
                    guard let next = one.popFirst() else { return false }
                    (product, areSeveral.0) = (product * next, true)
                } else {
                    guard let next = other.popFirst() else { return false }
                    (counterpart, areSeveral.1) = (counterpart * next, true)
                }
            }
            guard areSeveral != (true, true) else { return false }
        }
        return one.isEmpty && other.isEmpty
    }

    /// The arrangement of the flattened images that corresponds to this arrangement of the images.
    ///
    /// - Parameter extents: of an image before it was flattened, without the batch.
    func ofFlattened(_ extents: [Int]) -> Arrangement? {
        guard permutation.count == 4, extents.count == 3, permutation != [0, 1, 2, 3] else { return nil }
        return Arrangement(
            permutation, exchangesRowsAndColumns: exchangesRowsAndColumns, "flattened from \(words ?? "the same")",
            flattened: extents)
    }

    private var withoutBatch: Arrangement {
        Arrangement(
            permutation.dropFirst().map { $0 - 1 }, exchangesRowsAndColumns: exchangesRowsAndColumns, words)
    }

    /// The tensor with its elements reordered, under the given shape; nil if it cannot have that shape.
    package func applied(to tensor: AnyTensor, shape wanted: Shape) -> AnyTensor? {
        guard tensor.shape.count == wanted.count else { return nil }
        var tensor = tensor
        if let flattened {
            let size = max(flattened.reduce(1, *), 1)
            let (images, remainder) = tensor.shape.count.quotientAndRemainder(dividingBy: size)
            guard remainder == 0 else { return nil }
            tensor = tensor.reshaped(to: Shape([images] + flattened))
        }
        guard permutation.count == tensor.shape.rank else { return nil }
        if permutation != Array(0..<permutation.count) { tensor = tensor.transposed(permutation) }
        return tensor.reshaped(to: wanted)
    }
}
