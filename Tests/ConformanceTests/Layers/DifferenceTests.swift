import Conformance
import Tensors
import Testing

@Suite struct DifferenceTests {
    @Test("Merged with nothing, the mean of one element is its own")
    func oneElement() {
        let one = Difference(baseline: .float32(Tensor([1], [1])), candidate: .float32(Tensor([1], [3])))
        #expect(one.merged(with: Difference()).meanAbsDiff == 2 && Difference().merged(with: one).meanAbsDiff == 2)
    }

    @Test("A largest figure that is NaN, as a changed report may hold, stays NaN whatever it is merged with")
    func notANumber() {
        for figure in [\Difference.maxAbsDiff, \.maxRelDiff] {
            var (changed, other) = (Difference(), Difference())
            (changed[keyPath: figure], other[keyPath: figure]) = (.nan, 1)
            #expect(changed.merged(with: other)[keyPath: figure].isNaN, "\(figure)")
            #expect(other.merged(with: changed)[keyPath: figure].isNaN, "\(figure)")
        }
        for figure in [\ErrorAgainstOracle.maxAbsError, \.boundRatio] {
            var (changed, other) = (ErrorAgainstOracle(), ErrorAgainstOracle())
            (changed[keyPath: figure], other[keyPath: figure]) = (.nan, 1)
            #expect(changed.merged(with: other)[keyPath: figure].isNaN, "\(figure)")
            #expect(other.merged(with: changed)[keyPath: figure].isNaN, "\(figure)")
        }
        for ratio in [\ErrorAgainstOracle.envelopeRatio, \.probableBoundRatio, \.widestBoundRatio] {
            var (changed, other) = (ErrorAgainstOracle(), ErrorAgainstOracle())
            (changed[keyPath: ratio], other[keyPath: ratio]) = (.nan, 1)
            #expect(changed.merged(with: other)[keyPath: ratio]?.isNaN == true, "\(ratio)")
            #expect(other.merged(with: changed)[keyPath: ratio]?.isNaN == true, "\(ratio)")
        }
    }

    @Test("Every figure of a difference, by hand")
    func byHand() {
        let baseline = AnyTensor.float32(Tensor([2, 2], [1, -2, 0, 4]))
        let candidate = AnyTensor.float32(Tensor([2, 2], [1, -2.5, 0.25, 4 + 0x1p-21]))
        let difference = Difference(baseline: baseline, candidate: candidate)
        #expect(difference.count == 4)
        #expect(difference.maxAbsDiff == 0.5)
        #expect(difference.meanAbsDiff == (0.5 + 0.25 + 0x1p-21) / 4)
        #expect(difference.maxRelDiff == 0.25)
        // From 0 to 1/4 are 125 binades of 2^23 numbers.
        #expect(difference.maxUlpDiff == 125 << 23)
        #expect(difference.worst?.index == [0, 1])
        #expect(difference.worst?.baselineBits == "0xc0000000")
        #expect(difference.worst?.ulps == 1 << 21)
    }

    @Test("Steps are counted in the coarser format of the two")
    func coarser() {
        let difference = Difference(
            baseline: .float32(Tensor([1], [1])), candidate: .float16(Tensor([1], [1 + 0x1p-10])))
        #expect(difference.maxUlpDiff == 1)
    }

    @Test(
        "An element that is not finite on either side is counted, located, and hides nothing else",
        arguments: [
            (Float.nan, Float(1)), (1, .nan), (.infinity, .infinity), (-.infinity, 1),
        ])
    func notFinite(expected: Float, actual: Float) {
        let difference = Difference(
            baseline: .float32(Tensor([3], [0, expected, 5])), candidate: .float32(Tensor([3], [0, actual, 4])))
        #expect(difference.nonFiniteCount == 1)
        #expect(difference.worst?.index == [1])
        #expect(difference.maxAbsDiff == 1)
    }

    @Test("Merging the differences of parts gives that of the whole")
    func merging() {
        let baseline: [Float] = [1, 2, 3, .nan, 5, 6]
        let candidate: [Float] = [1.5, 2, 3.25, 4, 5, 7]
        func difference(_ range: Range<Int>) -> Difference {
            Difference(
                baseline: .float32(Tensor([range.count], Array(baseline[range]))),
                candidate: .float32(Tensor([range.count], Array(candidate[range]))))
        }
        let (whole, merged) = (difference(0..<6), difference(0..<2).merged(with: difference(2..<6)))
        #expect(merged.count == whole.count)
        #expect(merged.maxAbsDiff == whole.maxAbsDiff)
        #expect(merged.meanAbsDiff == whole.meanAbsDiff)
        #expect(merged.nonFiniteCount == whole.nonFiniteCount)
        #expect(merged.worst?.baseline.isNaN == true)
    }
}
