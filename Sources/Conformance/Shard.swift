/// A part of a run: each shard takes one stretch of every list of things to compare, and all shards together take
/// all.
public struct Shard: Sendable, Codable, Equatable {
    /// From 1 to ``count``.
    public let index: Int
    public let count: Int

    /// A run that is not split.
    public static let whole = Shard(index: 1, count: 1)

    private init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// - Parameter text: such as `2/4`, the second of four.
    /// - Returns: nil if the text is not a valid shard.
    public init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1], index >= 1, index <= count else {
            return nil
        }
        self.init(index: index, count: count)
    }

    private enum CodingKeys: CodingKey { case index, count }

    /// - Throws: `DecodingError` for an invalid shard.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (index, count) = try (
            container.decode(Int.self, forKey: .index), container.decode(Int.self, forKey: .count)
        )
        guard index >= 1, index <= count else {
            throw DecodingError.dataCorruptedError(
                forKey: .index, in: container,
                debugDescription: "\(index) of \(count) is not a valid shard: a number from 1 to the count is expected")
        }
        self.init(index: index, count: count)
    }

    /// This shard's stretch. The stretches of shards 1, 2, ... in sequence are all elements.
    public func stretch<Element>(of elements: [Element]) -> [Element] {
        Array(elements[stretch(ofCount: elements.count)])
    }

    /// The indices of this shard's stretch of so many elements.
    package func stretch(ofCount elements: Int) -> Range<Int> {
        func end(of shard: Int) -> Int {
            count.dividingFullWidth(elements.multipliedFullWidth(by: shard)).quotient
        }
        return end(of: index - 1)..<end(of: index)
    }
}
