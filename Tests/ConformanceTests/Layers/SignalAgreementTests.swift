import Tensors
import Testing

@testable import Conformance

@Suite struct SignalAgreementTests {
    private func agreement(_ baseline: [Float], _ candidate: [Float]) -> SignalAgreement {
        SignalAgreement(
            baseline: .float32(Tensor([baseline.count], baseline)),
            candidate: .float32(Tensor([candidate.count], candidate)))
    }

    @Test("Equal tensors have no noise, and no angle")
    func equal() {
        let same = agreement([3, -4], [3, -4])
        #expect(same.relativeDiff == 0 && same.signalToNoise == .infinity && same.cosine == 1)
        let zeros = agreement([0, 0], [0, 0])
        #expect(zeros.relativeDiff == 0 && zeros.signalToNoise == .infinity && zeros.cosine == 1)
    }

    @Test("The figures are those of their definitions")
    func definition() {
        // Squares: 25 of the baseline, 20 of the candidate, 1 of the difference; the product is 22.
        let one = agreement([3, 4], [2, 4])
        #expect(one.relativeDiff == 0.25)
        #expect(abs(one.signalToNoise - 13.979400086720377) < 1e-12)
        #expect(abs(one.cosine - 22 / (25.0 * 20).squareRoot()) < 1e-15)
    }

    @Test("Opposite tensors have the cosine -1; a baseline of zeros has no signal")
    func extremes() {
        #expect(agreement([3, 4], [-3, -4]).cosine == -1)
        let nothing = agreement([0, 0], [0, 1])
        #expect(nothing.relativeDiff == .infinity && nothing.signalToNoise == -.infinity && nothing.cosine == 0)
    }

    @Test("Over several cases the sums are those of all elements, and the relative difference is the largest")
    func merging() {
        let (off, equal) = (agreement([3, 0], [2, 0]), agreement([0, 4], [0, 4]))
        for merged in [off.merged(with: equal), equal.merged(with: off)] {
            #expect(merged.relativeDiff == 1.0 / 3)
            #expect(abs(merged.signalToNoise - agreement([3, 4], [2, 4]).signalToNoise) < 1e-12)
            #expect(merged.cosine == agreement([3, 4], [2, 4]).cosine)
        }
    }

    @Test("Numbers whose squares are no numbers of float64 agree in nothing, unless they are equal")
    func tiny() {
        func agreement(_ baseline: [Double], _ candidate: [Double]) -> SignalAgreement {
            SignalAgreement(
                baseline: .float64(Tensor([baseline.count], baseline)),
                candidate: .float64(Tensor([candidate.count], candidate)))
        }
        let opposite = agreement([1e-200, 2e-200], [-1e-200, -2e-200])
        #expect(opposite.relativeDiff == 2 && !(opposite.cosine > 0) && !(opposite.signalToNoise > 0))
        let equal = agreement([1e-200, 2e-200], [1e-200, 2e-200])
        #expect(equal.relativeDiff == 0 && equal.cosine == 1 && equal.signalToNoise == .infinity)
        // Beside a signal that is one, what is so small is none.
        #expect(agreement([1, 0], [1, 1e-200]).signalToNoise == .infinity)
    }

    @Test("Two tensors are of zeros where every number of both is 0, in every case")
    func zeros() {
        let zeros = agreement([0, 0], [0, -0.0])
        #expect(zeros.isOfZeros && zeros.merged(with: zeros).isOfZeros)
        for other in [agreement([0, 1], [0, 1]), agreement([0, 0], [0, 1]), agreement([0, 1], [0, 0])] {
            #expect(!other.isOfZeros && !other.merged(with: zeros).isOfZeros && !zeros.merged(with: other).isOfZeros)
        }
    }

    @Test("What is not finite takes part in nothing")
    func notFinite() {
        #expect(agreement([3, .nan, 4], [2, 1, 4]) == agreement([3, 4], [2, 4]))
    }
}
