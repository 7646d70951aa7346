import VectorKernels

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

    /// The histogram of differences that a kernel has counted.
    ///
    /// - Parameters:
    ///   - counts: of all exponents of float64, from the smallest subnormal's on.
    ///   - left: how many differences there are.
    ///   - largest: the largest of them.
    init(counts: [Int], of left: Int, upTo largest: Double) {
        var left = left
        var exponent = Int(min(largest, .greatestFiniteMagnitude).exponent)
        // Most tensors' differences have few exponents.
        while left > 0 {
            let count = counts[exponent - vk_least_exponent]
            if count > 0 { bins.append(Bin(exponent: exponent, count: min(Self.mostInBin, count))) }
            left -= count
            exponent -= 1
        }
        bins.reverse()
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
