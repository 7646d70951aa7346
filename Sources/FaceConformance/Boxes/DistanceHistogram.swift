/// How many nonnegative distances have which size.
///
/// Its bins are a sixteenth of their power of two wide, so that every quantile is known to 6 %, however small, and its
/// size does not grow with the distances. Histograms of parts add up to the histogram of the whole.
package struct DistanceHistogram: Equatable, Sendable {
    /// The nonempty bins, by rising distance.
    private(set) var bins: [Bin] = []

    struct Bin: Equatable, Sendable, Codable {
        /// The leading 16 bits of the distance as float64, which rise with it.
        let leadingBits: UInt16
        var count: Int

        /// The least distance in the bin.
        var lowerEdge: Double { Double(bitPattern: UInt64(leadingBits) << 48) }

        /// The least distance beyond the bin; 0 for the bin of 0.
        var upperEdge: Double {
            leadingBits > 0 ? Double(bitPattern: (UInt64(leadingBits) + 1) << 48) : 0
        }
    }

    package init() {}

    package var count: Int { bins.reduce(0) { $0 + $1.count } }

    /// - Parameter distance: what is not a number counts as infinite.
    package mutating func add(_ distance: Double) {
        let distance = distance.isNaN ? Double.infinity : distance > 0 ? distance : 0
        add(Bin(leadingBits: UInt16(distance.bitPattern >> 48), count: 1))
    }

    package mutating func merge(_ other: DistanceHistogram) {
        for bin in other.bins { add(bin) }
    }

    private mutating func add(_ bin: Bin) {
        let position = bins.firstIndex { $0.leadingBits >= bin.leadingBits } ?? bins.count
        if position < bins.count, bins[position].leadingBits == bin.leadingBits {
            bins[position].count += bin.count
        } else {
            bins.insert(bin, at: position)
        }
    }

    /// The bin with a distance at a rank, counted from 0 by rising distance; nil if there are not so many.
    func bin(atRank rank: Int) -> Bin? {
        var before = 0
        return bins.first { bin in
            before += bin.count
            return before > rank
        }
    }

    /// A distance that a share of all distances does not exceed: the upper edge of its bin; nil if there are none.
    ///
    /// - Parameter share: above 0, and 1 at most.
    package func quantile(_ share: Double) -> Double? {
        let rank = Int((share * Double(count)).rounded(.up)) - 1
        guard let bin = bin(atRank: max(0, rank)) else { return nil }
        return bin.lowerEdge == .infinity ? .infinity : bin.upperEdge
    }
}

extension DistanceHistogram: Codable {
    /// The list of its bins.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bins)
    }

    package init(from decoder: any Decoder) throws {
        bins = try decoder.singleValueContainer().decode([Bin].self)
    }
}
