import Foundation

/// How many elements differ by how much, in powers of two. Histograms of parts add up to the histogram of the whole.
public struct ExponentHistogram: Sendable, Equatable {
    /// How many differences lie from `2^exponent` to below twice that.
    public struct Bin: Sendable, Equatable {
        public let exponent: Int
        public internal(set) var count: Int
    }

    /// The non-empty bins, by rising exponent. Equal elements are not counted.
    public private(set) var bins = [Bin]()

    /// More than any run compares, and few enough for the sum of all bins not to overflow.
    private static let mostInBin = 1 << 45

    public init() {}

    /// - Parameter difference: a positive number; non-finite values are not counted.
    mutating func add(_ difference: Double, count: Int = 1) {
        guard difference > 0, difference.isFinite else { return }
        add(Bin(exponent: Int(difference.exponent), count: count))
    }

    /// Counts of all exponents of float64, while many differences are added.
    struct Counts: ~Copyable {
        /// The exponent of the smallest subnormal, which is counted first.
        private static let least = -1074
        private let counts: UnsafeMutableBufferPointer<Int>
        /// Where counts may be above 0: most tensors' differences have few exponents.
        private var (first, end) = (Int.max, 0)

        fileprivate init() {
            counts = .allocate(capacity: 1024 - Self.least)
            counts.initialize(repeating: 0)
        }

        deinit { counts.deallocate() }

        /// - Parameter difference: a positive number; infinities are not counted.
        mutating func add(_ difference: Double) {
            guard difference.isFinite else { return }
            let place = Int(difference.exponent) - Self.least
            counts[place] += 1
            (first, end) = (min(first, place), max(end, place + 1))
        }

        fileprivate var bins: [Bin] {
            (min(first, end)..<end).compactMap {
                counts[$0] > 0 ? Bin(exponent: $0 + Self.least, count: counts[$0]) : nil
            }
        }
    }

    /// The histogram of the differences that `count` adds.
    static func counting(_ count: (inout Counts) -> Void) -> ExponentHistogram {
        var counts = Counts()
        count(&counts)
        var histogram = ExponentHistogram()
        for bin in counts.bins { histogram.add(bin) }
        return histogram
    }

    private mutating func add(_ bin: Bin) {
        // Differences within a tensor lie close together, so the search is short.
        let position = bins.firstIndex { $0.exponent >= bin.exponent } ?? bins.count
        if position < bins.count, bins[position].exponent == bin.exponent {
            bins[position].count = min(Self.mostInBin, bins[position].count + bin.count)
        } else {
            bins.insert(bin, at: position)
        }
    }

    public func merged(with other: ExponentHistogram) -> ExponentHistogram {
        other.bins.reduce(into: self) { $0.add($1) }
    }
}

extension ExponentHistogram: Codable {
    /// One text, `-24:310 -20:5`, to keep reports short.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bins.map { "\($0.exponent):\($0.count)" }.joined(separator: " "))
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        for part in text.split(separator: " ") {
            let numbers = part.split(separator: ":", maxSplits: 1).map { Int($0) }
            guard numbers.count == 2, let exponent = numbers[0], let count = numbers[1],
                (-1100...1100).contains(exponent), (1...1 << 40).contains(count)
            else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\"\(part)\" is not an exponent of 2 with a count, like -24:310")
            }
            add(Bin(exponent: exponent, count: count))
        }
    }
}
