import Detection
import Engines
import Foundation
import NetworkGraph
import NetworkSupport
import Tensors
import TestSupport
import Testing
@testable import Conformance
@testable import FaceConformance

/// Figures at the edges of what they are of: one element, none, equal ones, and what is no number.
@Suite struct FigureEdgeTests {
    @Test("One element is its own mean, and none has a difference of 0")
    func few() {
        let one = Difference(baseline: .int64(Tensor([1], [5])), candidate: .int64(Tensor([1], [2])))
        #expect(one.meanAbsDiff == 3 && one.maxAbsDiff == 3 && one.maxRelDiff == 0.6 && one.maxUlpDiff == 3)
        #expect(one.worst?.index == [0] && one.count == 1)
        let equal = Difference(baseline: .int64(Tensor([2], [5, -5])), candidate: .int64(Tensor([2], [5, -5])))
        #expect(equal.maxUlpDiff == 0 && equal.maxAbsDiff == 0 && equal.maxRelDiff == 0 && equal.worst == nil)
        let real = Difference(baseline: .float32(Tensor([1], [0.5])), candidate: .float32(Tensor([1], [0.25])))
        #expect(real.meanAbsDiff == 0.25 && real.maxRelDiff == 0.5)
        for nothing in [AnyTensor.int64(Tensor([0], [])), .float32(Tensor([0], []))] {
            let difference = Difference(baseline: nothing, candidate: nothing)
            #expect(difference.meanAbsDiff == 0 && difference.maxAbsDiff == 0 && difference.worst == nil)
            #expect(difference.count == 0)
        }
    }

    @Test("A baseline of 0 has no relative difference, and one ULP is a difference")
    func besideZero() {
        let integers = Difference(baseline: .int8(Tensor([2], [0, 7])), candidate: .int8(Tensor([2], [1, 7])))
        #expect(integers.maxRelDiff == 0 && integers.maxAbsDiff == 1 && integers.meanAbsDiff == 0.5)
        let reals = Difference(baseline: .float32(Tensor([2], [0, 7])), candidate: .float32(Tensor([2], [1, 7])))
        #expect(reals.maxRelDiff == 0 && reals.maxAbsDiff == 1 && reals.meanAbsDiff == 0.5)
    }

    @Test("Of equal differences, and of elements that are no numbers, the first is named")
    func firstOfEqual() {
        let baseline = AnyTensor.float32(Tensor([4], [1, 2, 3, 4]))
        #expect(
            Difference(baseline: baseline, candidate: .float32(Tensor([4], [1, 3, 2, 4]))).worst?.index == [1])
        #expect(
            Difference(baseline: baseline, candidate: .float32(Tensor([4], [9, .nan, 3, .infinity]))).worst?.index
                == [1])
        let integers = AnyTensor.int32(Tensor([4], [1, 2, 3, 4]))
        #expect(Difference(baseline: integers, candidate: .int32(Tensor([4], [1, 3, 2, 4]))).worst?.index == [1])
    }

    @Test("Merged, the worst is the first side's where both are as large, and means are of all elements")
    func merging() {
        func difference(_ values: [Float]) -> Difference {
            Difference(
                baseline: .float32(Tensor([values.count], values.map { _ in 0 })),
                candidate: .float32(Tensor([values.count], values)))
        }
        let (one, other) = (difference([1, 0, 0]), difference([0, 1]))
        #expect(one.merged(with: other).worst?.index == [0] && other.merged(with: one).worst?.index == [1])
        #expect(one.merged(with: other).meanAbsDiff == 0.4 && one.merged(with: Difference()) == one)
        #expect(difference([0]).merged(with: one).worst?.index == [0])
        let broken = difference([.nan, 2])
        #expect(one.merged(with: broken).worst?.index == [0] && one.merged(with: broken).nonFiniteCount == 1)
        // Of 4 numbers that could be compared.
        #expect(one.merged(with: broken).meanAbsDiff == 0.75)
        #expect(broken.merged(with: broken).nonFiniteCount == 2)
    }

    @Test("The first of elements that are as far beyond their bounds is the one whose bound is told")
    func errors() {
        func error(_ computed: [Double], _ bounds: [Double]) -> ErrorAgainstOracle {
            ErrorAgainstOracle(
                computed: Tensor([computed.count], computed),
                exact: Tensor([computed.count], computed.map { _ in 0 }), bounds: Tensor([bounds.count], bounds))
        }
        let equal = error([1, 2], [2, 4])
        #expect(equal.boundRatio == 0.5 && equal.bound == 2 && equal.maxAbsError == 2)
        // Without an error the largest bound stands for all.
        let none = error([0, 0, 0], [1, 3, 2])
        #expect(none.boundRatio == 0 && none.bound == 3)
        #expect(error([1, .nan], [2, 4]).boundRatio == .infinity)
        #expect(error([1], [0]).boundRatio == .infinity)
        let merged = error([1], [2]).merged(with: error([2], [4]))
        #expect(merged.bound == 2 && merged.maxAbsError == 2)
        #expect(error([1], [4]).merged(with: error([2], [4])).boundRatio == 0.5)
    }

    @Test("Integers are right or beyond every bound, and what is of another kind is infinitely wrong")
    func integers() {
        func error(_ computed: AnyTensor, _ exact: AnyTensor) -> ErrorAgainstOracle {
            ErrorAgainstOracle(computed: computed, exact: exact, bounds: Tensor([1], [100]))
        }
        let (seven, eight) = (AnyTensor.int64(Tensor([1], [7])), AnyTensor.int64(Tensor([1], [8])))
        #expect(error(seven, seven).boundRatio == 0 && error(seven, eight).boundRatio == .infinity)
        #expect(error(seven, eight).maxAbsError == 1)
        #expect(error(.float32(Tensor([1], [7])), seven).boundRatio == .infinity)
        #expect(error(.float32(Tensor([1], [7])), .float64(Tensor([1], [8]))).boundRatio == 0.01)
    }

    @Test("Measured by the spread of right programs, no error is 0 times it, and no number beyond all")
    func spreads() {
        var error = ErrorAgainstOracle()
        #expect(error.measured(by: 0).envelopeRatio == 0)
        (error.maxAbsError, error.boundRatio) = (2, 0.5)
        #expect(error.measured(by: 4).envelopeRatio == 0.5 && error.measured(by: 4).envelope == 4)
        // Without a spread the bound stands for the largest error that right programs explain.
        #expect(error.measured(by: nil).envelopeRatio == 0.5 * RoundingGrade.explainedSpreads)
        #expect(error.measured(by: 0).envelopeRatio == .infinity)
        let (near, far) = (error.measured(by: 4), error.measured(by: 1))
        #expect(near.merged(with: far).envelope == 1 && far.merged(with: near).envelope == 1)
        #expect(near.merged(with: error).envelope == 4 && error.merged(with: near).envelope == 4)
        error.boundRatio = .infinity
        #expect(error.measured(by: 4).envelopeRatio == .infinity)
    }

    @Test("A histogram's counts and exponents end where no run's do")
    func histograms() throws {
        func read(_ text: String) throws -> ExponentHistogram {
            try JSONDecoder().decode([ExponentHistogram].self, from: Data("[\"\(text)\"]".utf8))[0]
        }
        #expect(try read("-1100:1 1100:\(1 << 40)").bins.map(\.count) == [1, 1 << 40])
        for wrong in ["0:0", "0:\((1 << 40) + 1)", "1101:1", "-1101:1", "0", "0:", "a:1", "0:1:1"] {
            #expect(throws: DecodingError.self, "\(wrong)") { try read(wrong) }
        }
        #expect(try read("3:1 1:2 2:4 1:1").bins.map(\.exponent) == [1, 2, 3])
        #expect(try read("3:1 1:2 2:4 1:1").bins.map(\.count) == [3, 4, 1])
    }

    @Test("A range counts lost elements, and a correct infinity is not an overflow")
    func ranges() {
        let range = NumberRange(
            computed: Tensor([7], [.infinity, .nan, .infinity, 0, 0x1p-15, 0x1p-14, -3]),
            exact: Tensor([7], [1, 1, .infinity, 1e-9, 0x1p-15, 0x1p-14, .infinity]))
        #expect(range.nonFiniteCount == 3 && range.overflowCount == 2)
        #expect(range.underflowCount == 1 && range.subnormalCount == 1 && range.largest == 3)
        #expect(range.headroom(in: .binary16) == 65504.0 / 3)
        #expect(range.signal == 1e-18 + 0x1p-30 + 0x1p-28 && range.noise == 1e-18)
        let small = NumberRange(computed: Tensor([3], [0, 0x1p-24, -0x1p-20]), exact: Tensor([3], [0, 0, 0]))
        #expect(small.subnormalCount == 2 && small.underflowCount == 0)
        let zeros = NumberRange(computed: Tensor([1], [0]), exact: Tensor([1], [0]))
        #expect(zeros.headroom(in: .binary16) == nil && zeros.signalToNoise == nil && zeros.underflowCount == 0)
        let both = range.merged(with: range)
        #expect(both.nonFiniteCount == 6 && both.overflowCount == 4 && both.underflowCount == 2 && both.largest == 3)
        #expect(NumberRange(computed: Tensor([1], [9]), exact: Tensor([1], [10])).signalToNoise == 20)
    }

    @Test("Decisions agree where both are on one side of the threshold, which a face reaches")
    func decisions() {
        func answers(_ probabilities: [Double]) -> FaceAnswers {
            FaceAnswers(
                probabilities.flatMap { [1 - $0, $0] }, .probabilities,
                regressions: probabilities.flatMap { _ in [0, 0, 0, 0] })
        }
        #expect(BoxDecisions(scoreThreshold: 0.5).agreement == nil)
        var one = BoxDecisions(scoreThreshold: 0.5)
        one.add(expected: answers([0.5]), found: answers([0.75]))
        #expect(one.agreement == 1 && one.overlaps.mean == 1)
        one.add(expected: answers([0.25, 0.75]), found: answers([0.5, 0.25]))
        #expect(one.agreement == 1.0 / 3)
        // Of the two that are faces.
        #expect(one.overlaps.mean == 1)
    }

    @Test("Distances have the mean and the largest of all, however far apart, and of none there is no mean")
    func distances() {
        var statistics = DistanceStatistics()
        #expect(statistics.mean == nil && statistics.largest == 0)
        statistics.add(0)
        #expect(statistics.mean == 0 && statistics.count == 1)
        statistics.add(3)
        #expect(statistics.mean == 1.5 && statistics.largest == 3)
        // What is far, or no number, is held at the bound.
        for _ in 0..<4 { statistics.add(.nan) }
        statistics.add(1e300)
        #expect(statistics.mean == 0x1p31 / 7 && statistics.count == 7)
    }

    @Test("Of one face and of none, agreement and the mean overlap are what they are")
    func metrics() {
        let face = Face(box: BoundingBox(x: 0, y: 0, width: 4, height: 4), confidence: nil)
        var metrics = DetectionMetrics()
        #expect(metrics.agreement == nil && metrics.meanOverlapOfAllFaces == nil)
        metrics.add(FaceMatching(file: "", expected: [face], found: [face]))
        #expect(metrics.agreement == 1 && metrics.meanOverlapOfAllFaces == 1 && metrics.expectedFaces == 1)
        metrics.add(FaceMatching(file: "", expected: [face], found: []))
        #expect(metrics.agreement == 0.5 && metrics.meanOverlapOfAllFaces == 0.5 && metrics.expectedFaces == 2)
        metrics.add(FaceMatching(file: "", expected: [], found: [face, face]))
        #expect(metrics.agreement == 0.25 && metrics.falsePositives == 2)
    }

    @Test("Sides that are as far apart as their errors reach may compare either way; further apart they may not")
    func comparisons() throws {
        func bound(_ a: Float, _ b: Float, error: Double) throws -> Double {
            let node = Node(name: "it", operator: NetworkGraph.Comparison.less, inputs: ["a", "b"], outputs: ["y"])
            return try RoundingBound.float32.errors(
                of: node, inputs: [.float32(Tensor([1], [a])), .float32(Tensor([1], [b]))],
                errors: [Tensor([1], [error]), Tensor([1], [error])], output: Tensor([1], [a < b ? 1 : 0])
            ).elements[0]
        }
        #expect(try bound(1, 1.5, error: 0.25) == 1 && bound(1, 1.5, error: 0.2) == 0 && bound(1, 1, error: 0) == 0)
    }

    @Test("A recording of another shape is refused with both shapes, each at its side")
    func shapes() throws {
        let network = SmallNetwork()
        let whole = try network.recorded(in: .fp32)
        let name = try #require(SmallNetwork.layers.last)
        let other = AnyTensor.float32(Tensor([7], [Float](repeating: 0, count: 7)))
        let recorded = RecordedCase(
            name: whole.name, source: whole.source, inputs: whole.inputs,
            tensors: whole.tensors.merging([name: other]) { $1 })
        let comparison = try LayerComparison(of: ArithmeticName.fp32.engine(for: network.graph()), bound: .float32)
        do {
            _ = try comparison.compare(with: recorded)
            Issue.record("it was compared")
        } catch ComparisonError.differentShape(let layer, _, let baseline, let candidate) {
            #expect(layer == name && baseline == [7] && candidate != [7])
        }
    }

    @Test("Nothing of one kind does not differ from nothing of another, and something does infinitely")
    func kinds() {
        let nothing = Difference(baseline: .int64(Tensor([0], [])), candidate: .float32(Tensor([0], [])))
        #expect(nothing.maxAbsDiff == 0 && nothing.meanAbsDiff == 0 && nothing.count == 0)
        let one = Difference(baseline: .int64(Tensor([1], [0])), candidate: .float32(Tensor([1], [0])))
        #expect(one.maxAbsDiff == .infinity && one.meanAbsDiff == .infinity && one.maxUlpDiff == .max)
    }

    @Test("What is drawn for two models from a seed is what it was, and of another seed another")
    func drawn() throws {
        func values(_ seed: UInt64) throws -> [Float] {
            let inputs = try ComparedInputs(for: SmallNetwork().graph(), seed: seed)
            #expect(inputs.cases.count == 3 && inputs.warning?.contains("seed \(seed)") == true)
            #expect(inputs.cases.map { $0.inputs[0].values.shape } == [[1, 3, 6, 6], [1, 3, 6, 6], [1, 3, 6, 6]])
            guard case .float32(let tensor) = inputs.cases[0].inputs[0].values else { return [] }
            return tensor.elements
        }
        let one = try values(1)
        #expect(one.allSatisfy { (-1..<1).contains($0) } && Set(one).count > 100)
        let other = try values(2)
        #expect(Array(one.prefix(3)) == [0.13312304, 0.49156344, 0.9420054] && other != one)
    }

    @Test("Cut numbers lie below what they are of on either side of 0, rounded ones on both sides")
    func written() {
        func gives(_ manner: WrittenPrecision.Manner, _ text: Double, of value: Double) -> Bool {
            func quad(_ x: Double) -> Quad {
                var quad = Quad(BoundingBox(x: 0, y: 0, width: 4, height: 4))
                quad.x = x
                return quad
            }
            return WrittenPrecision(unit: 1, manner: manner).gives(quad(text), of: quad(value), tolerance: 0)
        }
        for (text, value, isCut, isRounded) in [
            (0.0, 0.5, true, true), (0, 0.75, true, false), (1, 0.75, false, true), (-1, -1.5, true, true),
            (-2, -1.75, false, true), (-1, -1.75, true, false), (0, -0.25, true, true), (2, 0.5, false, false),
            (0, 1, true, false), (0, 1.25, false, false),
        ] {
            #expect(gives(.cut, text, of: value) == isCut, "\(text) \(value)")
            #expect(gives(.rounded, text, of: value) == isRounded, "\(text) \(value)")
        }
    }
}
