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

    /// The nonempty bins, by rising loss.
    private var bins: [Bin] = []

    private struct Bin: Equatable, Sendable, Codable {
        /// The leading 16 bits of 1 - IoU as float64, which rise with it.
        let leadingBits: UInt16
        var count: Int
    }

    public init() {}

    public var mean: Double? { sum.mean(of: count) }

    /// The lower edge of the bin with the middle value (the lower one of an even number), but at least ``smallest``.
    public var median: Double? {
        guard let smallest else { return nil }
        var before = 0
        // Rising loss is falling overlap, so the lower middle value has count / 2 values before it.
        let middle = bins.first { bin in
            before += bin.count
            return before > count / 2
        }
        guard let middle, middle.leadingBits > 0 else { return 1 }
        return max(smallest, 1 - Double(bitPattern: (UInt64(middle.leadingBits) + 1) << 48))
    }

    /// How many overlaps lie how far below 1, by rising loss: the lower edge of each nonempty bin.
    public var losses: [(loss: Double, count: Int)] {
        bins.map { (Double(bitPattern: UInt64($0.leadingBits) << 48), $0.count) }
    }

    /// - Parameter overlap: from 0 to 1; a stored NaN counts as 0.
    public mutating func add(_ overlap: Double) {
        let overlap = overlap.isFinite ? min(max(overlap, 0), 1) : 0
        count += 1
        smallest = min(smallest ?? overlap, overlap)
        sum.add(overlap)
        let leadingBits = UInt16(max(0, 1 - overlap).bitPattern >> 48)
        let position = bins.firstIndex { $0.leadingBits >= leadingBits } ?? bins.count
        if position < bins.count, bins[position].leadingBits == leadingBits {
            bins[position].count += 1
        } else {
            bins.insert(Bin(leadingBits: leadingBits, count: 1), at: position)
        }
    }
}
