import Conformance
import Detection
import Testing
@testable import FaceConformance

@Suite struct FaceMatchingTests {
    private func box(_ x: Float, _ y: Float, _ width: Float, _ height: Float) -> BoundingBox {
        BoundingBox(x: x, y: y, width: width, height: height)
    }

    private func face(_ x: Float, _ y: Float, _ side: Float = 10, confidence: Float? = 0.9) -> Face {
        Face(box: box(x, y, side, side), confidence: confidence)
    }

    @Test("The overlap is 1 for equal boxes, 0 for boxes apart or touching, and symmetric")
    func overlap() {
        let a = box(1, 2, 10, 20)
        #expect(a.intersectionOverUnion(with: a) == 1)
        #expect(a.intersectionOverUnion(with: box(11, 2, 5, 20)) == 0)
        #expect(a.intersectionOverUnion(with: box(100, 2, 5, 20)) == 0)
        let b = box(6, 2, 10, 20)
        #expect(a.intersectionOverUnion(with: b) == 1.0 / 3)
        #expect(b.intersectionOverUnion(with: a) == 1.0 / 3)
    }

    @Test("Boxes without area overlap with nothing, not even themselves")
    func noArea() {
        #expect(box(5, 5, 0, 10).intersectionOverUnion(with: box(5, 5, 0, 10)) == 0)
        #expect(box(5, 5, -3, -3).intersectionOverUnion(with: box(5, 5, -3, -3)) == 0)
    }

    @Test("The next float32 coordinate gives an overlap below 1")
    func neighbours() {
        let overlap = box(100, 100, 50, 50).intersectionOverUnion(with: box(Float(100).nextUp, 100, 50, 50))
        #expect(overlap < 1)
        #expect(overlap > 0.999999)
    }

    @Test("Faces pair up by the best sum of overlaps, whatever their order")
    func order() {
        let expected = [face(0, 0), face(100, 0), face(200, 0)]
        let matching = FaceMatching(
            file: "a", expected: expected, found: [face(201, 0), face(1, 0), face(101, 0)])
        #expect(matching.matches.map(\.expected) == expected.map(\.box))
        #expect(matching.matches.map(\.found.x) == [1, 101, 201])
        #expect(matching.missed.isEmpty && matching.falsePositives.isEmpty)
    }

    @Test("A pair that overlaps by less than half is a miss and a false positive")
    func leastOverlap() {
        // Shifted by a third of the side: 2/3 over 4/3 is exactly one half. By more, it is less.
        let same = FaceMatching(file: "a", expected: [face(0, 0, 12)], found: [face(4, 0, 12)])
        #expect(same.matches.map(\.intersectionOverUnion) == [0.5])
        let other = FaceMatching(file: "a", expected: [face(0, 0, 12)], found: [face(4.5, 0, 12)])
        #expect(other.matches.isEmpty)
        #expect(other.missed.count == 1 && other.falsePositives.count == 1)
    }

    @Test("Two faces found where there is one leave a false positive, and the better one matched")
    func duplicate() {
        let matching = FaceMatching(file: "a", expected: [face(0, 0)], found: [face(2, 0), face(1, 0)])
        #expect(matching.matches.map(\.found.x) == [1])
        #expect(matching.falsePositives.map(\.x) == [2])
    }

    @Test("Differences are of confidence and of landmarks where both detectors give them")
    func differences() throws {
        let points = (0..<5).map { Point(x: Float($0), y: 0) }
        var first = face(0, 0, confidence: 0.75)
        var second = face(0, 0.25, confidence: 0.5)
        first.landmarks = points
        second.landmarks = points.map { Point(x: $0.x + 3, y: 4) }
        let match = try #require(FaceMatching(file: "a", expected: [first], found: [second]).matches.first)
        #expect(match.coordinateDifference == 0.25)
        #expect(match.confidenceDifference == 0.25)
        #expect(match.landmarkDistance == 5)

        let bare = FaceMatch(expected: face(0, 0, confidence: nil), found: second)
        #expect(bare.confidenceDifference == nil && bare.landmarkDistance == nil)
    }
}
