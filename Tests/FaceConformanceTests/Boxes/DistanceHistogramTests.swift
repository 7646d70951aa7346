import Testing
@testable import FaceConformance

@Suite struct DistanceHistogramTests {
    private func histogram(_ distances: [Double]) -> DistanceHistogram {
        distances.reduce(into: DistanceHistogram()) { $0.add($1) }
    }

    @Test("Zero is exact, what is no number is infinite, and nothing has no quantile")
    func edges() {
        #expect(histogram([0, 0, 1]).quantile(0.5) == 0)
        #expect(histogram([0, .nan]).quantile(1) == .infinity && histogram([.infinity]).quantile(0.1) == .infinity)
        #expect(DistanceHistogram().quantile(0.5) == nil)
    }

    @Test("A quantile lies at most a sixteenth above the distance at its rank")
    func ranks() throws {
        let distances = (1...999).map { 1e-9 * Double($0 * $0) }
        for share in [0.001, 0.25, 0.5, 0.75, 1] {
            let exact = distances[Int((share * 999).rounded(.up)) - 1]
            let quantile = try #require(histogram(distances).quantile(share))
            #expect(quantile > exact && quantile <= exact * 1.0625)
        }
    }

    @Test("Histograms of parts add up to that of the whole in any order")
    func merging() {
        let distances = (0..<300).map { Double(($0 * 7919) % 300) * 1e-3 }
        var (forward, backward) = (histogram(Array(distances[..<100])), histogram(Array(distances[100...])))
        let (first, second) = (forward, backward)
        forward.merge(second)
        backward.merge(first)
        #expect(forward == histogram(distances) && backward == forward && forward.count == 300)
    }
}
