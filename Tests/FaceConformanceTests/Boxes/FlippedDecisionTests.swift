import Conformance
import Detection
import Engines
import FaceConformance
import Tensors
import TestSupport
import Testing

/// Networks whose answer depends on nothing but where a box lies, so that each decision can be flipped alone.
@Suite struct FlippedDecisionTests {
    private static let zero = BoxRegression(left: 0, top: 0, right: 0, bottom: 0)

    /// A frame in which each of the given boxes is proposed, goes the whole way, and is found.
    private func record(
        _ boxes: [(proposal: BoundingBox, score: Float, corrected: BoundingBox)], refinementScores: [Float]? = nil
    ) -> CascadeRecord {
        let proposals = boxes.map { Candidate(box: $0.proposal, score: $0.score, regression: Self.zero) }
        var record = CascadeRecord(levels: [
            PyramidLevel(scale: PyramidScale(scale: 0.5, width: 50, height: 50), proposals: proposals)
        ])
        let corrected = zip(proposals, boxes).map { candidate, box in
            Candidate(box: box.corrected, score: candidate.score, regression: Self.zero)
        }
        let seen = corrected.enumerated().map { index, candidate in
            Candidate(
                box: BoundingBox(PixelBox(truncating: candidate.box)),
                score: refinementScores?[index] ?? candidate.score, regression: Self.zero)
        }
        let kept = seen.filter { $0.score >= 0.7 }
        for stage in [CascadeStage.proposals, .suppressedProposals] { record[stage] = proposals }
        record[.correctedProposals] = corrected
        record[.refinementInput] = seen
        record[.refinementOutput] = seen
        for stage in [
            CascadeStage.suppressedRefinements, .correctedRefinements, .outputInput, .outputOutput, .correctedOutputs,
            .suppressedOutputs, .final,
        ] {
            record[stage] = kept
        }
        return record
    }

    private func box(_ x: Float, _ y: Float = 20, _ side: Float = 40) -> BoundingBox {
        BoundingBox(x: x, y: y, width: side, height: side)
    }

    @Test("Nothing flips between equal computations, nor where only the last values move")
    func nothing() {
        let one = record([(box(10), 0.9, box(10.5))])
        #expect(FlippedDecision.all(expected: one, found: one) == [])
        let moved = record([(box(10), 0.9, box(10.75))])
        #expect(FlippedDecision.all(expected: one, found: moved) == [])
    }

    @Test("A coordinate cut to another pixel is named with its distance from the boundary")
    func truncation() throws {
        let flips = FlippedDecision.all(
            expected: record([(box(10), 0.9, box(11.0625))]), found: record([(box(10), 0.9, box(10.5))]))
        let flip = try #require(flips.first)
        #expect(flips.count == 1 && flip.decision == .truncation && flip.stage == "rnet_input")
        #expect(flip.margin == 0.0625 && flip.box == box(11.0625) && flip.face == box(11))
        let overlap = try #require(flip.intersectionOverUnion)
        #expect(abs(overlap - 39.0 / 41) < 1e-6)
    }

    @Test("Cutting goes toward zero on both sides of it")
    func negativeTruncation() {
        let flips = FlippedDecision.all(
            expected: record([(box(10), 0.9, box(-0.9375))]), found: record([(box(10), 0.9, box(-1.25))]))
        #expect(flips.map(\.margin) == [0.0625])
    }

    @Test("A face whose proposal falls below the threshold is named with the score's distance from it")
    func proposalThreshold() throws {
        let flips = FlippedDecision.all(expected: record([(box(10), 0.75, box(10))]), found: record([]))
        let flip = try #require(flips.first)
        #expect(flips.count == 1 && flip.decision == .scoreThreshold && flip.stage == "pnet_level")
        #expect(flip.intersectionOverUnion == nil)
        #expect(flip.margin == Double(Float(0.75)) - Double(Float(0.6)))
    }

    @Test("A face that only the other computation has is explained from there")
    func falsePositive() {
        let flips = FlippedDecision.all(expected: record([]), found: record([(box(10), 0.75, box(10))]))
        #expect(flips.map(\.decision) == [.scoreThreshold] && flips.map(\.face) == [box(10)])
    }

    @Test("A face that the refinement network no longer lets pass is named there")
    func refinementThreshold() throws {
        let expected = record([(box(10), 0.9, box(10))], refinementScores: [0.71])
        let found = record([(box(10), 0.9, box(10))], refinementScores: [0.69])
        let flip = try #require(FlippedDecision.all(expected: expected, found: found).first)
        #expect(flip.decision == .scoreThreshold && flip.stage == "rnet_raw")
        #expect(flip.margin == Double(Float(0.71)) - Double(Float(0.7)))
    }

    @Test("Where the other of two overlapping boxes is picked, the margin is what their scores were apart")
    func order() throws {
        func picked(_ first: Float, _ second: Float) -> CascadeRecord {
            let all = [(box(10), first, box(10)), (box(14), second, box(14))]
            let winner = first > second ? [all[0]] : [all[1]]
            var result = record(winner)
            result.levels = record(all).levels
            return result
        }
        let flip = try #require(
            FlippedDecision.all(expected: picked(0.875, 0.75), found: picked(0.75, 0.8125)).first)
        #expect(flip.decision == .suppressionOrder && flip.stage == "pnet_after_per_scale_nms")
        #expect(flip.margin == 0.125)
    }

    /// A frame whose boxes all reach the output network, which gives them scores; those below its threshold, and those
    /// that are left out, are no faces.
    private func judged(_ boxes: [(box: BoundingBox, output: Float)], leavingOut: Set<Int> = []) -> CascadeRecord {
        var record = record(boxes.map { ($0.box, 0.9, $0.box) })
        let seen = zip(record[.outputInput] ?? [], boxes).enumerated().map { index, pair in
            Candidate(
                box: pair.0.box, score: pair.1.output,
                regression: BoxRegression(left: Float(index) / 64, top: 0, right: 0, bottom: 0))
        }
        record[.outputOutput] = seen
        let passing = seen.filter { $0.score >= 0.7 }
        record[.correctedOutputs] = passing
        let faces = seen.indices.filter { seen[$0].score >= 0.7 && !leavingOut.contains($0) }.map { seen[$0] }
        (record[.suppressedOutputs], record[.final]) = (faces, faces)
        return record
    }

    @Test("A face that the output network no longer lets pass is named there, one at the threshold passes")
    func outputThreshold() throws {
        let flip = try #require(
            FlippedDecision.all(expected: judged([(box(10), 0.75)]), found: judged([(box(10), 0.6875)])).first)
        #expect(flip.decision == .scoreThreshold && flip.stage == "onet_raw" && flip.box == box(10))
        #expect(flip.margin == 0.75 - Double(Float(0.7)))
        #expect(FlippedDecision.all(expected: judged([(box(10), 0.75)]), found: judged([(box(10), 0.7)])) == [])
    }

    @Test("A face that another suppresses at the end is named there, with what their last scores were apart")
    func lastSuppression() throws {
        let boxes: [(BoundingBox, Float)] = [(box(10), 0.875), (box(30), 0.75), (box(200), 0.99)]
        let expected = judged(boxes, leavingOut: [1])
        let found = judged(boxes, leavingOut: [0])
        let flips = FlippedDecision.all(expected: expected, found: found)
        let missed = try #require(flips.first { $0.face == box(10) })
        #expect(missed.decision == .suppressionOrder && missed.stage == "onet_after_nms")
        // Of the other boxes the one that overlaps most is what was picked instead.
        #expect(missed.box == box(10) && missed.margin == 0.125)
        let extra = try #require(flips.first { $0.face == box(30) })
        #expect(extra.margin == -0.125 && flips.count == 2)
    }

    @Test("A square that is cut to other pixels before the output network is named there")
    func outputTruncation() throws {
        func moved(_ x: Float) -> CascadeRecord {
            var result = record([(box(10), 0.9, box(10.5))])
            let corrected = Candidate(box: box(x), score: 0.9, regression: Self.zero)
            let seen = Candidate(
                box: BoundingBox(PixelBox(truncating: box(x))), score: 0.9, regression: Self.zero)
            result[.correctedRefinements] = [corrected]
            for stage in [
                CascadeStage.outputInput, .outputOutput, .correctedOutputs, .suppressedOutputs, .final,
            ] { result[stage] = [seen] }
            return result
        }
        let flip = try #require(FlippedDecision.all(expected: moved(11.125), found: moved(10.5)).first)
        #expect(flip.decision == .truncation && flip.stage == "onet_input" && flip.margin == 0.125)
    }
}
