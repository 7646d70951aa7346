import Testing

@testable import Detection

@Suite struct NonMaximumSuppressionTests {
    private func box(_ x: Float, _ side: Float = 10) -> BoundingBox {
        BoundingBox(x: x, y: 0, width: side, height: side)
    }

    private func kept(
        _ boxes: [BoundingBox], _ scores: [Float], threshold: Float = 0.5, measure: OverlapMeasure = .union,
        rules: CascadeRules = .openFace
    ) -> [Int] {
        nonMaximumSuppression(of: boxes, scores: scores, Suppression(threshold, measure), rules: rules)
    }

    @Test("The best score stays first, overlapping boxes go, and other boxes follow")
    func order() {
        #expect(kept([box(0), box(1), box(50)], [0.7, 0.9, 0.8]) == [1, 2])
    }

    @Test("Of equal scores the one listed last comes first, unless the rule says otherwise")
    func ties() {
        var rules = CascadeRules.openFace
        #expect(kept([box(0), box(1), box(50)], [0.9, 0.9, 0.9], rules: rules) == [2, 1])
        rules.equalScores = .firstListedFirst
        #expect(kept([box(0), box(1), box(50)], [0.9, 0.9, 0.9], rules: rules) == [0, 2])
    }

    @Test("An overlap of exactly the threshold suppresses nothing")
    func threshold() {
        // 10 x 10 within 10 x 20: one half.
        let boxes = [box(0), BoundingBox(x: 0, y: 0, width: 10, height: 20)]
        #expect(kept(boxes, [0.9, 0.8]) == [0, 1])
        #expect(kept(boxes, [0.9, 0.8], threshold: Float(0.5).nextDown) == [0])
    }

    @Test("Over the smaller area, a box within another is suppressed")
    func smallerArea() {
        #expect(kept([box(0, 100), box(20, 10)], [0.9, 0.8]) == [0, 1])
        #expect(kept([box(0, 100), box(20, 10)], [0.9, 0.8], measure: .smallerArea) == [0])
    }

    @Test("A suppressed box suppresses nothing")
    func chain() {
        #expect(kept([box(0), box(3), box(6)], [0.9, 0.8, 0.7]) == [0, 2])
    }

    @Test("x, y, width and height are rounded half to even, each for itself")
    func rounding() {
        // 2.5 becomes 2 and 11.5 becomes 12: 100 / 120 of whole pixels, less of the exact ones.
        let boxes = [box(2), BoundingBox(x: 2.5, y: 0, width: 11.5, height: 10)]
        #expect(kept(boxes, [0.9, 0.8], threshold: 0.8) == [0])
        var rules = CascadeRules.openFace
        rules.suppressionBoxes = .float
        #expect(kept(boxes, [0.9, 0.8], threshold: 0.8, rules: rules) == [0, 1])
    }

    @Test("Boxes without area and boxes of any size overlap with nothing or everything, but never fail")
    func extremes() {
        let huge: Float = 3e38
        let boxes = [
            box(0, 0), box(0, 0), box(0, -5), BoundingBox(x: -huge, y: -huge, width: huge, height: huge),
            BoundingBox(x: .nan, y: 0, width: 1, height: 1), box(0, huge),
        ]
        #expect(!kept(boxes, [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]).isEmpty)
        #expect(kept([], []) == [])
    }
}
