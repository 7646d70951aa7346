import Conformance
import Detection
import Foundation
import JSONTree
import TestSupport
import Testing
@testable import FaceConformance

@Suite struct StageComparisonTests {
    private func candidate(_ x: Float, _ y: Float = 0, _ side: Float = 20, score: Float = 0.9) -> Candidate {
        Candidate(
            box: BoundingBox(x: x, y: y, width: side, height: side), score: score,
            regression: BoxRegression(left: 0, top: 0, right: 0, bottom: 0))
    }

    private func compare(
        _ expected: [Candidate], _ found: [Candidate], _ decisions: Decisions = Decisions()
    ) -> StageComparison {
        StageComparison(stage: "rnet_input", expected: expected, found: found, decisions: decisions)
    }

    @Test("Equal lists agree box by box")
    func equal() {
        let list = [candidate(1), candidate(2), candidate(2)]
        let comparison = compare(list, list)
        #expect(comparison.agrees && comparison.sameOrder && comparison.agreeingCount == 3)
    }

    @Test("Boxes that have no counterpart differ by nothing")
    func noPairs() {
        let comparison = compare([candidate(1, score: 0.5)], [candidate(90, score: 0.9)])
        #expect(comparison.largestCoordinateDifference == 0 && comparison.largestScoreDifference == 0)
    }

    @Test("Corrected faces lie at the boundary of a pixel where suppression rounds them, and nowhere else")
    func roundedFaces() {
        let half = [candidate(10.5, 20.25, 30.25)]
        for boxes in CascadeRules.SuppressionBoxes.allCases {
            var rules = CascadeRules.openFace
            rules.outputSuppressionBoxes = boxes
            let margins = StageDecisions(rules)[.correctedOutputs].margins(of: half)
            #expect(margins == [boxes == .rounded ? [.pixelBoundary] : []], "\(boxes)")
        }
    }

    @Test("The same boxes in another order agree, and the order is told")
    func order() {
        let comparison = compare([candidate(1), candidate(50)], [candidate(50), candidate(1)])
        #expect(comparison.agrees && !comparison.sameOrder)
    }

    @Test("A box that is off by a pixel is missing once and extra once")
    func offByOne() {
        let comparison = compare([candidate(1), candidate(50)], [candidate(1), candidate(51)])
        #expect(comparison.missing.map(\.box.x) == [50])
        #expect(comparison.extra.map(\.box.x) == [51])
        #expect(comparison.agreeingCount == 1)
    }

    @Test("Two equal boxes are matched only by two")
    func duplicates() {
        let comparison = compare([candidate(1), candidate(1)], [candidate(1)])
        #expect(comparison.missing.count == 1 && comparison.extra.isEmpty)
    }

    @Test("A score near its threshold marks the box, a score further away does not")
    func scoreThreshold() {
        let decisions = Decisions(scoreThreshold: 0.7)
        let close = compare([candidate(1, score: 0.700005)], [], decisions)
        #expect(close.missing.map(\.margins) == [[.scoreThreshold]])
        #expect(compare([candidate(1, score: 0.70001)], [], decisions).missing.map(\.margins) == [[]])
    }

    @Test("Overlapping boxes of nearly equal score are a tie; apart, or of different score, they are not")
    func tie() {
        let decisions = Decisions(suppression: .withinLevel)
        let first = candidate(0, score: 0.8)
        let cases: [(Candidate, Int)] = [
            (candidate(1, score: 0.800001), 2), (candidate(1, score: 0.8), 2), (candidate(1, score: 0.81), 0),
            (candidate(19, score: 0.8), 0),
        ]
        for (other, marginal) in cases {
            #expect(compare([first, other], [], decisions).marginalCount == marginal)
        }
    }

    @Test("A corrected box is marked where truncating its square may give either of two pixels")
    func pixelBoundary() {
        let decisions = Decisions(pixelStep: .square)
        for (x, marginal) in [(Float(7.0004), 1), (6.9996, 1), (7.001, 0), (7.4, 0)] {
            let list = [candidate(x, 3.3, 20.25)]
            #expect(compare(list, list, decisions).marginalCount == marginal)
        }
    }

    @Test("A frame departs at the first stage whose lists differ")
    func firstDeparture() {
        var expected = CascadeRecord()
        var found = CascadeRecord()
        for stage in CascadeStage.allCases {
            expected[stage] = [candidate(5)]
            found[stage] = [candidate(5)]
        }
        #expect(StageDivergence(file: "a", expected: expected, found: found).firstDeparture == nil)
        found[.outputInput] = [candidate(6)]
        found[.final] = []
        #expect(StageDivergence(file: "a", expected: expected, found: found).firstDeparture?.stage == "onet_input")
    }

    @Test("Only stages that both detectors recorded are compared")
    func recorded() {
        var expected = CascadeRecord()
        expected[.final] = [candidate(5)]
        var found = CascadeRecord()
        found[.final] = [candidate(5)]
        found[.outputInput] = [candidate(6)]
        #expect(StageDivergence(file: "a", expected: expected, found: found).stages.map(\.stage) == ["final"])
    }
}

/// A list with boxes after every stage is judged under the rules of its own detector.
@Suite struct StagesOfOtherDetectorsTests {
    @Test(
        "Under a detector's own rules no stage departs, under OpenFace's the first does",
        arguments: [DetectorFamily.classic, .facenetPyTorch, .mtcnnRuntime])
    func stages(_ family: DetectorFamily) throws {
        var detector = FaceDetector(
            networks: try bundledNetworks(),
            rules: family.rules, minimumFaceSize: 100)
        let image = try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/25_dark.jpg"))
        let record = try detector.detect(in: image)
        // As a list of faces holds it.
        let frame = DetectedFrame(
            file: "25_dark.jpg", width: image.width, height: image.height, faces: record.faces, record: record)
        let expected = try JSON(encoding: frame).decode(DetectedFrame.self).record
        func divergence() throws -> StageDivergence {
            StageDivergence(
                file: frame.file, expected: expected, found: try detector.detect(in: image), rules: detector.rules)
        }
        let own = try divergence()
        #expect(own.firstDeparture == nil && own.stages.count > CascadeStage.allCases.count)
        detector.rules = .openFace
        #expect(try divergence().firstDeparture?.stage == "pnet_level_0")
    }
}
