import Engines
import Tensors
import TestSupport
import Testing

@testable import Conformance

/// The kernels that compare tensors, beside what they compute, element by element.
@Suite struct ComparisonKernelTests {
    static let formats: [FloatFormat] = [.binary16, .bfloat16, .tf32, .binary32, .binary64]

    /// Pairs of all kinds: equal, neighbours, near, far, opposite, subnormal, halfway between two numbers of the format,
    /// beyond its range, and not finite.
    private func pairs(_ count: Int, in format: FloatFormat, using random: inout RandomNumbers) -> [(Double, Double)] {
        (0..<count).map { _ in
            let any = Double(bitPattern: random.next())
            let scale = Double(sign: .plus, exponent: Int.random(in: -30...20, using: &random), significand: 1)
            let near = Double.random(in: -2...2, using: &random) * scale
            let step = near.magnitude * format.unitRoundoff
            switch Int.random(in: 0..<11, using: &random) {
            case 0: return (near, near)
            case 1: return (near, near.nextUp)
            case 2: return (format.rounded(near), format.rounded(near) + step)
            case 3: return (near, near * 1.001)
            case 4: return (near, -near)
            case 5: return (format.smallestStep * 2.5, format.smallestNormal * near)
            case 6: return (format.largest, format.largest * (1 + format.unitRoundoff))
            case 7: return (0, near * .leastNonzeroMagnitude)
            case 8: return (Self.special(or: near, using: &random), Self.special(or: near, using: &random))
            case 9: return (-0.0, 0)
            default: return (any, near)
            }
        }
    }

    private static func special(or number: Double, using random: inout RandomNumbers) -> Double {
        [.nan, .infinity, -.infinity, number].randomElement(using: &random) ?? number
    }

    @Test(
        "A difference is that of its elements one after another, whatever their number",
        arguments: KernelLevel.supported, formats)
    func differences(level: KernelLevel, format: FloatFormat) {
        var random = RandomNumbers(seed: 5)
        for count in Array(0..<20) + [1000] {
            let pairs = self.pairs(count, in: format, using: &random)
            let found = Difference(
                baseline: Tensor([count], pairs.map(\.0)), candidate: Tensor([count], pairs.map(\.1)), format: format,
                level: level)
            var (sum, histogram) = (0.0, ExponentHistogram())
            var (largest, relative, distance) = (0.0, 0.0, 0 as UInt64)
            var (worst, notFinite): (Int?, [Int]) = (nil, [])
            for (place, (a, b)) in pairs.enumerated() {
                guard a.isFinite, b.isFinite else {
                    notFinite.append(place)
                    continue
                }
                guard a != b else { continue }
                let difference = (b - a).magnitude
                sum += difference
                histogram.add(difference)
                if difference > largest { (largest, worst) = (difference, place) }
                if a != 0 { relative = max(relative, difference / a.magnitude) }
                distance = max(distance, ulpDistance(a, b, in: format) ?? .max)
            }
            let compared = count - notFinite.count
            #expect(found.count == count && found.nonFiniteCount == notFinite.count)
            #expect(found.maxAbsDiff == largest && found.maxRelDiff == relative)
            #expect(found.meanAbsDiff == (compared > 0 ? sum / Double(compared) : 0))
            #expect(found.maxUlpDiff == Int(clamping: distance))
            #expect(found.histogram == histogram)
            #expect(found.worst?.index == (notFinite.first ?? worst).map { [$0] })
        }
    }

    @Test("An error is the largest in terms of its own bound", arguments: KernelLevel.supported)
    func errors(level: KernelLevel) {
        var random = RandomNumbers(seed: 6)
        for count in Array(0..<20) + [1000] {
            let pairs = self.pairs(count, in: .binary32, using: &random)
            let bounds = (0..<count).map { _ in
                [0, .infinity, 1e-300, Double.random(in: 0...1, using: &random)].randomElement(using: &random) ?? 0
            }
            // Of some tensors nothing errs.
            let right = count % 3 == 0 ? pairs.map(\.1) : pairs.map(\.0)
            let found = ErrorAgainstOracle(
                computed: Tensor([count], pairs.map(\.1)), exact: Tensor([count], right),
                bounds: Tensor([count], bounds), level: level)
            var (largest, ratio, bound) = (0.0, 0.0, 0.0)
            for place in 0..<count {
                let (computed, exact) = (pairs[place].1, right[place])
                let isRight = computed == exact || (computed.isNaN && exact.isNaN)
                let error = isRight ? 0 : (computed - exact).magnitude
                largest = error > largest ? error : largest
                let own = error.isNaN ? .infinity : error == 0 || bounds[place] == .infinity ? 0 : error / bounds[place]
                if own > ratio { (ratio, bound) = (own, bounds[place]) }
            }
            if ratio == 0 { bound = bounds.max() ?? 0 }
            #expect(found.maxAbsError == largest && found.boundRatio == ratio && found.bound == bound)
        }
    }

    @Test("An infinity without a bound hides no other element's error")
    func unbounded() {
        let error = ErrorAgainstOracle(
            computed: Tensor([3], [.infinity, 5, 1]), exact: Tensor([3], [1, 1, 1]),
            bounds: Tensor([3], [.infinity, 1, 1]))
        #expect(error.boundRatio == 4 && error.bound == 1 && error.maxAbsError == .infinity)
    }
}
