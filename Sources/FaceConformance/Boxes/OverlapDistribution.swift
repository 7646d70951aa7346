import Conformance

/// The mean, the median and the smallest of IoU values.
///
/// The median comes from a histogram of 1 - IoU whose bins are a sixteenth of their power of two wide: its distance
/// from 1 is known to 6 %, however small.
public struct OverlapDistribution: Equatable, Sendable, Codable {
    public private(set) var count = 0

    /// Nil if nothing was added.
    public private(set) var smallest: Double?

    private var sum = FixedPointSum()

    /// Of 1 - IoU.
    private var bins = DistanceHistogram()

    public init() {}

    public var mean: Double? { sum.mean(of: count) }

    /// The lower edge of the bin with the middle value (the lower one of an even number), but at least ``smallest``.
    public var median: Double? {
        guard let smallest else { return nil }
        // Rising loss is falling overlap, so the lower middle value has count / 2 values before it.
        let middle = bins.bin(atRank: count / 2)
        guard let middle, middle.leadingBits > 0 else { return 1 }
        return max(smallest, 1 - middle.upperEdge)
    }

    /// How many overlaps lie how far below 1, by rising loss: the lower edge of each nonempty bin.
    public var losses: [(loss: Double, count: Int)] {
        bins.bins.map { ($0.lowerEdge, $0.count) }
    }

    /// - Parameter overlap: from 0 to 1; a stored NaN counts as 0.
    public mutating func add(_ overlap: Double) {
        let overlap = overlap.isFinite ? min(max(overlap, 0), 1) : 0
        count += 1
        smallest = min(smallest ?? overlap, overlap)
        sum.add(overlap)
        bins.add(1 - overlap)
    }

    /// An overlap that a share of all reach: the lower edge of its bin, but at least ``smallest``; nil if there are none.
    ///
    /// - Parameter share: above 0, and 1 at most.
    package func overlap(reachedBy share: Double) -> Double? {
        guard let smallest, let loss = bins.quantile(share) else { return nil }
        return max(smallest, 1 - loss)
    }

    package mutating func merge(_ other: OverlapDistribution) {
        count += other.count
        smallest = [smallest, other.smallest].compactMap { $0 }.min()
        sum.merge(other.sum)
        bins.merge(other.bins)
    }
}
