import Conformance
import Detection
import Testing
@testable import FaceConformance

@Suite struct DetectionMetricsTests {
    /// Frames with one face each, found shifted by a growing fraction of a pixel; some missed, some extra.
    private func frames(_ count: Int) -> [FaceMatching] {
        (0..<count).map { index in
            func face(_ shift: Float) -> Face {
                Face(box: BoundingBox(x: shift, y: 0, width: 50, height: 50), confidence: 1 / (1 + shift))
            }
            let found = index % 5 == 4 ? [] : [face(Float(index) / 7)]
            return FaceMatching(
                file: "\(index)", expected: index % 7 == 6 ? [] : [face(0)], found: found)
        }
    }

    private func metrics(_ frames: some Sequence<FaceMatching>) -> DetectionMetrics {
        frames.reduce(into: DetectionMetrics()) { $0.add($1) }
    }

    @Test("The order of the frames changes no bit")
    func order() {
        let frames = frames(60)
        let whole = metrics(frames)
        #expect(metrics(frames.reversed()) == whole)
        #expect(metrics(frames[40...] + frames[..<13] + frames[13..<40]) == whole)
    }

    @Test("Every expected face is matched or missed, every other found one a false positive")
    func counts() {
        let metrics = metrics(frames(35))
        #expect(metrics.frames == 35)
        // Frames 6, 13, 20, 27, 34 expect no face; 4, 9, ... 34 find none.
        #expect(metrics.expectedFaces == 30)
        #expect(metrics.missedFaces == 6)
        #expect(metrics.matchedFaces == 24)
        #expect(metrics.falsePositives == 4)
        #expect(metrics.agreement == 24.0 / 34)
    }

    @Test("Without faces there is no mean, no median and no agreement")
    func nothing() {
        var metrics = DetectionMetrics()
        metrics.add(FaceMatching(file: "a", expected: [], found: []))
        #expect(metrics.agreement == nil && metrics.meanOverlapOfAllFaces == nil)
        let overlap = metrics.intersectionOverUnion
        #expect(overlap.mean == nil && overlap.median == nil && overlap.smallest == nil)
    }

    @Test("The median is the lower middle value, its distance from 1 overstated by at most a sixteenth")
    func median() throws {
        for values in [[0.75], [1, 1, 1], [0.999999, 0.5, 0.9], [0.9, 0.99, 0.999, 0.9999], [1, 0.6, 0.7, 1]] {
            var distribution = OverlapDistribution()
            for value in values { distribution.add(value) }
            let exact = values.sorted()[(values.count - 1) / 2]
            let median = try #require(distribution.median)
            #expect(median <= exact)
            #expect(1 - median <= (1 - exact) * (1 + 1.0 / 16))
            #expect(median >= (values.min() ?? 0))
        }
    }

    @Test("The mean is exact to 2^-32 for each value")
    func mean() throws {
        var distribution = OverlapDistribution()
        let values = (1...100).map { 1 / Double($0) }
        for value in values { distribution.add(value) }
        let mean = try #require(distribution.mean)
        #expect(abs(mean - values.reduce(0, +) / 100) < 0x1p-32)
        #expect(distribution.smallest == 0.01)
    }

    @Test("A face that only one detector found counts as an overlap of 0 in the mean of all faces")
    func allFaces() throws {
        let face = Face(box: BoundingBox(x: 0, y: 0, width: 9, height: 9), confidence: nil)
        var metrics = DetectionMetrics()
        metrics.add(FaceMatching(file: "a", expected: [face], found: [face]))
        metrics.add(FaceMatching(file: "b", expected: [face], found: []))
        metrics.add(FaceMatching(file: "c", expected: [], found: [face, face]))
        #expect(metrics.meanOverlapOfAllFaces == 0.25)
        #expect(metrics.intersectionOverUnion.mean == 1)
    }
}
