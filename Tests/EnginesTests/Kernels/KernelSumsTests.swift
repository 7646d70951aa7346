import Testing
import TestSupport

@testable import Engines

/// The vector kernels against the scalar definition of each arithmetic, bit for bit.
@Suite struct KernelSumsTests {
    /// Sizes around the kernels' tiles, which are up to 12 positions and 32 channels: one short, exact, one over.
    static let sizes: [(positions: Int, channels: Int, taps: Int)] = [
        (1, 1, 1), (2, 6, 4), (3, 16, 9), (5, 17, 3), (11, 31, 2), (12, 32, 5), (13, 33, 1), (25, 48, 7), (4, 10, 0),
    ]

    @Test("The kernels of every level give the sums that each arithmetic defines", arguments: KernelLevel.supported)
    func equalsDefinition(level: KernelLevel) {
        check(Float32Arithmetic.self, level)
        check(Float64Arithmetic.self, level)
        check(Float16StorageArithmetic.self, level)
        check(Float16FusedArithmetic.self, level)
        check(Float16MultiplyAddArithmetic.self, level)
        check(NeuralEngineM1Arithmetic.self, level)
    }

    @Test("Where products and sums are rounded apart, each is on every level", arguments: KernelLevel.supported)
    func roundsProductsApart(level: KernelLevel) {
        checkRoundedApart(Float32Arithmetic.self, level)
        checkRoundedApart(Float64Arithmetic.self, level)
    }

    private func checkRoundedApart<A: Arithmetic>(_ arithmetic: A.Type, _ level: KernelLevel)
    where A.Working == A.Element {
        var random = RandomNumbers(seed: 2)
        for size in Self.sizes {
            let sums = SumsOfProducts<A.Element>.random(
                images: 2, positions: size.positions, channels: size.channels, taps: size.taps, in: A.self,
                using: &random)
            let defined = sums.origins.flatMap { origin in
                sums.starts.enumerated().flatMap { channel, start in
                    sums.pixels.map { pixel in
                        sums.taps.enumerated().reduce(start) { sum, tap in
                            let weight = sums.weights[sums.weights.startIndex + channel * size.taps + tap.offset]
                            let product = sums.numbers[origin + pixel + tap.element] * weight
                            return sum + product
                        }
                    }
                }
            }
            let computed = sums.sums(A.Working.multiplyAddForm, level: level, as: A.Working.self)
            #expect(zip(defined, computed).allSatisfy(hasSameBits), "\(A.name) on \(level), \(size)")
            #expect(defined.count == computed.count)
        }
    }

    @Test("A batch's images have the sums that each has alone")
    func batchesAreIndependent() {
        var random = RandomNumbers(seed: 3)
        let batch = SumsOfProducts<Float>.random(
            images: 3, positions: 5, channels: 7, taps: 4, in: Float32Arithmetic.self, using: &random)
        let alone = batch.origins.map { origin in
            SumsOfProducts(
                numbers: batch.numbers, origins: [origin], pixels: batch.pixels, taps: batch.taps,
                weights: batch.weights, starts: batch.starts, weightSteps: batch.weightSteps
            ).sums(in: Float32Arithmetic.self)
        }
        #expect(batch.sums(in: Float32Arithmetic.self) == alone.flatMap { $0 })
    }

    @Test("Weights in the order of a matrix's rows have the sums that they have in the other order")
    func tapsFirst() {
        var random = RandomNumbers(seed: 9)
        // Whole blocks of channels are read as they lie, for few positions and no kept pack.
        let sizes = [(3, 1, 1), (3, 3, 5), (3, 16, 4), (3, 17, 9), (3, 40, 3), (8, 48, 7), (9, 48, 7), (1, 32, 0)]
        for (positions, channels, taps) in sizes {
            let sums = SumsOfProducts<Float>.random(
                images: 2, positions: positions, channels: channels, taps: taps, in: Float32Arithmetic.self,
                using: &random)
            let first = sums.weights.startIndex
            let turned = SumsOfProducts(
                numbers: sums.numbers, origins: sums.origins, pixels: sums.pixels, taps: sums.taps,
                weights: ([.nan]
                    + (0..<taps).flatMap { tap in
                        (0..<channels).map { sums.weights[first + $0 * taps + tap] }
                    }).dropFirst(), starts: sums.starts, weightSteps: (1, channels))
            let kept = SumsOfProducts(
                numbers: turned.numbers, origins: turned.origins, pixels: turned.pixels, taps: turned.taps,
                weights: turned.weights, starts: turned.starts, weightSteps: turned.weightSteps, packs: WeightPacks())
            for order in SummationOrder.allCases {
                let expected = sums.sums(in: Float32Arithmetic.self, order)
                for own in [turned, kept, kept] {
                    let computed = own.sums(in: Float32Arithmetic.self, order)
                    #expect(
                        zip(expected, computed).allSatisfy(hasSameBits),
                        "\(positions) positions, \(channels) x \(taps), \(order)")
                }
            }
            #expect(
                zip(turned.definedSums(in: Float32Arithmetic.self), sums.definedSums(in: Float32Arithmetic.self))
                    .allSatisfy(hasSameBits))
        }
    }

    @Test("In another order, sums of parts of the products are added as neighbours, and the start last")
    func parts() {
        var random = RandomNumbers(seed: 10)
        for taps in [1, 3, 8, 21, 40] {
            let sums = SumsOfProducts<Float>.random(
                images: 2, positions: 3, channels: 5, taps: taps, in: Float32Arithmetic.self, using: &random)
            func lanes(_ count: Int) -> [[Int]] {
                (0..<min(count, taps)).map { Array(stride(from: $0, to: taps, by: count)) }
            }
            let eights = stride(from: 0, to: taps, by: 8).map { Array($0..<min($0 + 8, taps)) }
            let orders: [(SummationOrder, [[Int]])] = [
                (.pairwise, eights), (.lanes4, lanes(4)), (.lanes8, lanes(8)), (.lanes16, lanes(16)),
            ]
            for (order, parts) in orders {
                let defined = sums.origins.flatMap { origin in
                    sums.starts.enumerated().flatMap { channel, start in
                        sums.pixels.map { pixel in
                            var added = parts.map { part in
                                part.reduce(Float(0)) { sum, tap in
                                    let weight = sums.weights[sums.weights.startIndex + channel * taps + tap]
                                    return sum.addingProduct(sums.numbers[origin + pixel + sums.taps[tap]], weight)
                                }
                            }
                            while added.count > 1 {
                                added = stride(from: 0, to: added.count, by: 2).map { first in
                                    first + 1 < added.count ? added[first] + added[first + 1] : added[first]
                                }
                            }
                            return added[0] + start
                        }
                    }
                }
                let computed = sums.sums(in: Float32Arithmetic.self, order)
                #expect(zip(defined, computed).allSatisfy(hasSameBits), "\(taps), \(order)")
                #expect(defined.count == computed.count)
            }
        }
    }

    @Test("A constant's weights are packed once, but each time if they are many")
    func packs() {
        let packs = WeightPacks<Float>()
        func part(_ first: Int) -> WeightPacks<Float>.Part {
            .init(firstElement: first, channels: 1, taps: 1, channelStep: 1, tapStep: 1)
        }
        func pack(_ part: WeightPacks<Float>.Part, counting count: inout Int) -> [Float] {
            var packed = 0
            let lanes = packs.packed(part) {
                packed += 1
                return [Float](repeating: Float(part.firstElement), count: 16)
            }
            count += packed
            return lanes
        }
        var count = 0
        for first in [0, 4, 0, 4] {
            #expect(pack(part(first), counting: &count)[0] == Float(first))
        }
        #expect(count == 2)
        for _ in 0..<2 {
            _ = packs.packed(part(8)) {
                count += 1
                return [Float](repeating: 0, count: 1 << 18)
            }
        }
        #expect(count == 4)
    }

    private func check<A: Arithmetic>(_ arithmetic: A.Type, _ level: KernelLevel) {
        var random = RandomNumbers(seed: 1)
        for size in Self.sizes {
            let sums = SumsOfProducts<A.Element>.random(
                images: 2, positions: size.positions, channels: size.channels, taps: size.taps, in: A.self,
                using: &random)
            let defined = sums.definedSums(in: A.self)
            let computed = sums.sums(A.kernelForm, level: level, as: A.Working.self)
            #expect(computed.count == sums.count)
            let difference = zip(defined, computed).enumerated().first { !hasSameBits($1.0, $1.1) }
            #expect(
                difference == nil,
                "\(A.name) on \(level), \(size): sum \(difference?.offset ?? 0) of \(sums.count)")
        }
    }
}

/// Equal bits, or both NaN: which NaN an operation gives, IEEE 754 leaves open.
private func hasSameBits<Number: BinaryFloatingPoint>(_ a: Number, _ b: Number) -> Bool {
    a.isNaN ? b.isNaN : a == b && a.sign == b.sign
}

extension SumsOfProducts {
    /// Sums at places that overlap, of numbers of all magnitudes, some of them special.
    fileprivate static func random<A: Arithmetic>(
        images: Int, positions: Int, channels: Int, taps: Int, in arithmetic: A.Type,
        using random: inout RandomNumbers
    ) -> SumsOfProducts where A.Element == Element {
        let extent = positions + 2 * taps + 1
        func numbers(_ count: Int) -> [Element] {
            (0..<count).map { _ in A.element(Double(Element.any(using: &random))) }
        }
        return SumsOfProducts(
            numbers: numbers(images * extent),
            origins: (0..<images).map { $0 * extent }, pixels: Array(0..<positions),
            taps: (0..<taps).map { $0 * 2 }.shuffled(using: &random),
            weights: numbers(channels * taps + 1).dropFirst(), starts: numbers(channels), weightSteps: (taps, 1))
    }
}

extension BinaryFloatingPoint {
    /// Mostly numbers around 1, so that sums round; sometimes ones whose products underflow or overflow, and
    /// seldom infinities and NaN, which would leave nothing else to see if they were in every sum.
    fileprivate static func any(using random: inout RandomNumbers) -> Self {
        let number = Self(Double.random(in: -2...2, using: &random))
        return switch Int.random(in: 0..<400, using: &random) {
        case 0: .nan
        case 1: .infinity
        case 2: -.infinity
        case 3..<10: 0
        case 10..<20: -0.0
        case 20..<60: number * .leastNormalMagnitude
        case 60..<80: number * .leastNonzeroMagnitude * 8
        case 80..<84: number * (.greatestFiniteMagnitude / 4)
        case 84..<160: number / 1024
        default: number
        }
    }
}
