import Testing

@testable import Detection

/// Each step of the cascade alone, from the gold standard's own boxes before it to its boxes after it. The gold
/// is written with the nine digits that give a float32 back, so that all must be equal to the bit.
@Suite struct StageGoldTests {
    private func forEachFrame(_ check: (DetectedFrame) throws -> Void) throws {
        for frame in try StageGold.read().images { try check(frame) }
    }

    private func boxes(_ frame: DetectedFrame, _ stage: CascadeStage) -> [BoundingBox] {
        (frame.record[stage] ?? []).map(\.box)
    }

    private func suppressed(
        _ candidates: [Candidate], _ suppression: Suppression
    ) -> [Candidate] {
        nonMaximumSuppression(
            of: candidates.map(\.box), scores: candidates.map(\.score), suppression,
            rules: .openFace
        ).map { candidates[$0] }
    }

    @Test("The pyramid has the gold's scales and sizes")
    func pyramidScales() throws {
        try forEachFrame { frame in
            let scales = try pyramid(
                width: #require(frame.width), height: #require(frame.height), minimumFaceSize: 40)
            #expect(scales == frame.record.levels.map(\.scale), "\(frame.file)")
        }
    }

    @Test("Suppression within a level and between levels keeps the gold's boxes, in its order")
    func proposals() throws {
        try forEachFrame { frame in
            let kept = frame.record.levels.flatMap { suppressed($0.proposals, .withinLevel) }
            #expect(kept == frame.record[.proposals], "\(frame.file)")
            #expect(
                suppressed(kept, .betweenNetworks) == frame.record[.suppressedProposals],
                "\(frame.file)")
        }
    }

    @Test("Filtering and suppressing RNet's boxes keeps the gold's, in its order")
    func refinements() throws {
        try forEachFrame { frame in
            let kept = (frame.record[.refinementOutput] ?? []).filter { $0.score >= 0.7 }
            #expect(
                suppressed(kept, .betweenNetworks) == frame.record[.suppressedRefinements],
                "\(frame.file)")
        }
    }

    @Test("Filtering, correcting and suppressing ONet's boxes keeps the gold's, in its order")
    func outputs() throws {
        try forEachFrame { frame in
            var kept = (frame.record[.outputOutput] ?? []).filter { $0.score >= 0.7 }
            for index in kept.indices {
                kept[index].box = kept[index].box.corrected(by: kept[index].regression, .rounded, growth: 1, farEdge: 1)
            }
            #expect(kept == frame.record[.correctedOutputs], "\(frame.file)")
            #expect(
                suppressed(kept, .ofFaces) == frame.record[.suppressedOutputs],
                "\(frame.file)")
        }
    }

    @Test("Correction and squaring give the gold's boxes")
    func geometry() throws {
        try forEachFrame { frame in
            for (before, corrected, squared) in [
                (CascadeStage.suppressedProposals, CascadeStage.correctedProposals, CascadeStage.refinementInput),
                (.suppressedRefinements, .correctedRefinements, .outputInput),
            ] {
                let candidates = frame.record[before] ?? []
                #expect(
                    candidates.map { $0.box.corrected(by: $0.regression, .rounded, growth: 0, farEdge: 0) }
                        == boxes(frame, corrected),
                    "\(frame.file)")
                #expect(boxes(frame, corrected).map { $0.squared(.sideTruncated) } == boxes(frame, squared))
            }
        }
    }

    @Test("The last step gives the gold's faces")
    func calibration() throws {
        try forEachFrame { frame in
            #expect(boxes(frame, .suppressedOutputs).map { $0.calibrated() } == boxes(frame, .final), "\(frame.file)")
        }
    }
}
