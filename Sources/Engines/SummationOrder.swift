/// An order in which a right program may sum products; its roundings are others, and its error bound is the same but for
/// Winograd's algorithm, which has its own.
public enum SummationOrder: Sendable, Hashable, CaseIterable {
    /// From the start, one fused multiply-add after another: the order that defines this project's results.
    case sequence
    /// The same, with each product rounded before it is added.
    case separateRoundings
    /// Eight products after another, and the sums of neighbours added until one is left.
    case pairwise
    /// The sums of every fourth, eighth or sixteenth product, as the lanes of a vector hold them, added as above.
    case lanes4, lanes8, lanes16
    /// Winograd's F(2x2, 3x3), F(4x4, 3x3) and F(6x6, 3x3) for convolutions of 3 by 3 taps without strides and groups;
    /// as ``sequence`` for everything else.
    case winograd2, winograd4, winograd6
}

extension SumsOfProducts {
    /// The sums in an order.
    func sums<A: Arithmetic>(in arithmetic: A.Type, _ order: SummationOrder) -> [A.Working]
    where A.Element == Element {
        switch order {
        case .sequence, .winograd2, .winograd4, .winograd6: return sums(in: A.self)
        case .separateRoundings:
            return withRoundedFactors(in: A.self).separatelyRounded(as: A.Working.self)
        case .pairwise:
            let parts = stride(from: 0, to: taps.count, by: 8).map { Array($0..<min($0 + 8, taps.count)) }
            return sums(of: parts, in: A.self)
        case .lanes4: return sums(ofLanes: 4, in: A.self)
        case .lanes8: return sums(ofLanes: 8, in: A.self)
        case .lanes16: return sums(ofLanes: 16, in: A.self)
        }
    }

    private func sums<A: Arithmetic>(ofLanes count: Int, in arithmetic: A.Type) -> [A.Working]
    where A.Element == Element {
        let lanes = (0..<min(count, taps.count)).map { Array(stride(from: $0, to: taps.count, by: count)) }
        return sums(of: lanes, in: A.self)
    }

    /// The sums over parts of the products, added pairwise, and the starts added last.
    private func sums<A: Arithmetic>(of parts: [[Int]], in arithmetic: A.Type) -> [A.Working]
    where A.Element == Element {
        var partial = parts.map { part in
            let first = weights.startIndex
            let own = starts.indices.flatMap { channel in part.map { weights[first + channel * taps.count + $0] } }
            return SumsOfProducts(
                numbers: numbers, origins: origins, pixels: pixels, taps: part.map { taps[$0] }, weights: own[...],
                starts: [Element](repeating: 0, count: starts.count)
            ).sums(in: A.self)
        }
        while partial.count > 1 {
            partial = stride(from: 0, to: partial.count, by: 2).map { index in
                index + 1 < partial.count ? zip(partial[index], partial[index + 1]).map { $0 + $1 } : partial[index]
            }
        }
        guard var sums = partial.first else { return self.sums(in: A.self) }
        for position in sums.indices {
            sums[position] += A.Working(starts[position / pixels.count % starts.count])
        }
        return sums
    }

    /// The sums in sequence, each product and each sum rounded.
    private func separatelyRounded<Working: KernelNumber>(as _: Working.Type) -> [Working] {
        let (numbers, weights) = (numbers.map { Working($0) }, weights.map { Working($0) })
        var sums = [Working]()
        sums.reserveCapacity(count)
        for origin in origins {
            for (channel, start) in starts.enumerated() {
                var own = [Working](repeating: Working(start), count: pixels.count)
                for (index, tap) in taps.enumerated() {
                    let (weight, offset) = (weights[channel * taps.count + index], origin + tap)
                    for pixel in own.indices { own[pixel] += numbers[offset + pixels[pixel]] * weight }
                }
                sums += own
            }
        }
        return sums
    }
}
