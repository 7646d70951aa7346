import Detection
import Testing

@testable import FaceConformance

/// Which of two explanations of a list tells more.
@Suite struct ExplanationOrderTests {
    private func explanation(
        _ family: DetectorFamily = .openFace, rules: [String] = [], differing: Int = 0, distance: Double = 0
    ) -> Explanation {
        Explanation(
            family: family, rules: rules.flatMap { NamedRuleChanges($0)?.changes ?? [] }, meanOverlapAfter: 1,
            framesExplained: 1, differingFrames: differing, distance: distance)
    }

    @Test("Of those that leave nothing the one with fewer changes is better, however far its faces lie")
    func fewerChanges() {
        let one = explanation(rules: ["crop_region=exclusive"], distance: 2)
        let two = explanation(rules: ["crop_region=exclusive", "proposal_correction=omitted"], distance: 1)
        #expect(one.rules.count == 1 && two.rules.count == 2)
        #expect(Explanation.isBetter(one, two) && !Explanation.isBetter(two, one))
    }

    @Test("Of those with as many changes the one whose faces lie nearer is better, whatever the detector")
    func nearer() {
        let (near, far) = (explanation(.ipazc, distance: 1), explanation(.openFace, distance: 2))
        #expect(Explanation.isBetter(near, far) && !Explanation.isBetter(far, near))
    }

    @Test("Of those that are as near the detector that stands first is better")
    func first() {
        let (first, last) = (explanation(.openFace), explanation(.ipazc))
        #expect(Explanation.isBetter(first, last) && !Explanation.isBetter(last, first))
    }

    private static let box = BoundingBox(x: 10, y: 10, width: 100, height: 100)

    private func face(x: Float = 10, confidence: Float? = nil, landmarks: [Point] = []) -> Face {
        var box = Self.box
        box.x = x
        return Face(box: box, confidence: confidence, landmarks: landmarks)
    }

    private func outcome(of faces: [Face], against listed: [Face]) -> Outcome {
        let image = DecodedImage(width: 200, height: 200, pixels: [UInt8](repeating: 0, count: 120_000))
        let frames = [DetectedFrame(file: "a.png", width: 200, height: 200, faces: listed)]
        let list = ReadList(frames, sizes: [ImageSize(image)], form: .plain, sizesGiven: nil)
        return Outcome([faces], list)
    }

    @Test("What leaves no frame is closer than what leaves one, though its faces overlap by less")
    func nothingLeft() {
        let listed = [face(confidence: 0.9)]
        let same = outcome(of: [face(x: 10.004, confidence: 0.9)], against: listed)
        let other = outcome(of: [face(confidence: 0.5)], against: listed)
        #expect(same.differing == 0 && other.differing == 1)
        #expect((same.meanOverlap ?? 1) < (other.meanOverlap ?? 0))
        #expect(same.isCloser(than: other) && !other.isCloser(than: same))
    }

    @Test("A distance counts overlaps and probabilities in full, and landmarks in thousands of pixels")
    func distance() {
        let points = (0..<5).map { Point(x: Float($0), y: 0) }
        let listed = [face(confidence: 0.75, landmarks: points)]
        let moved = face(confidence: 0.5, landmarks: points.map { Point(x: $0.x, y: 8) })
        #expect(outcome(of: [moved], against: listed).distance == 0.25 + 8.0 / 1000)
    }
}
