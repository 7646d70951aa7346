import Conformance
import Detection
import FaceConformance
import Files
import Foundation
import JSONTree
import Reporting
import TestSupport
import Testing

@Suite struct DetectionReportTests {
    private func frame(expected: [BoundingBox], found: [BoundingBox]) -> ComparedFrame {
        func faces(_ boxes: [BoundingBox]) -> [Face] { boxes.map { Face(box: $0, confidence: 0.9) } }
        func record(_ boxes: [BoundingBox]) -> CascadeRecord {
            var record = CascadeRecord()
            record[.final] = boxes.map {
                Candidate(box: $0, score: 0.9, regression: BoxRegression(left: 0, top: 0, right: 0, bottom: 0))
            }
            return record
        }
        return ComparedFrame(
            faces: FaceMatching(file: "a.jpg", expected: faces(expected), found: faces(found)),
            divergence: StageDivergence(file: "a.jpg", expected: record(expected), found: record(found)))
    }

    private func report(
        _ frames: [ComparedFrame], notJudged: [UnjudgedFrame] = [],
        deviations: [KnownDeviation] = []
    ) -> DetectionReport {
        DetectionReport(
            baseline: Side(engine: "a", arithmetic: "fp32"), candidate: Side(engine: "b", arithmetic: "fp32"),
            runs: [
                DetectionReport.Run(
                    gold: "gold", minimumFaceSize: 60, frames: frames, notJudged: notJudged, deviations: deviations)
            ], deviations: deviations)
    }

    let box = BoundingBox(x: 10, y: 10, width: 40, height: 40)
    let far = BoundingBox(x: 200, y: 200, width: 40, height: 40)
    /// 40 x 40 moved by 4: an overlap of 1440 in a union of 1760.
    let moved = BoundingBox(x: 14, y: 10, width: 40, height: 40)

    @Test("Equal faces conform and reach the target; moved ones keep the minimum; a missed one does not conform")
    func tiers() {
        let equal = report([frame(expected: [box], found: [box])])
        #expect(equal.verdict == .conforms)
        #expect(equal.runs[0].targets.allSatisfy { $0.verdict == .conforms })
        let near = report([frame(expected: [box], found: [moved])])
        // The mean is kept in units of 2^-32.
        #expect(abs((near.runs[0].summary.meanIou ?? 0) - 1440.0 / 1760) <= 0x1p-32)
        #expect(near.verdict == .conforms)
        #expect(near.runs[0].targets.first { $0.id == "gold/mean_iou" }?.verdict == .doesNotConform)
        #expect(report([frame(expected: [box, far], found: [box])]).verdict == .doesNotConform)
        #expect(near.runs[0].frames[0].firstDeparture == "final")
    }

    @Test("No frames, frames without a face, or a frame that could not be read are not judged")
    func nothing() {
        #expect(report([]).verdict == .notJudged)
        #expect(report([frame(expected: [], found: [])]).verdict == .notJudged)
        let unread = UnjudgedFrame(file: "b.jpg", cause: .damaged, reason: "why")
        #expect(report([frame(expected: [box], found: [box])], notJudged: [unread]).verdict == .notJudged)
    }

    @Test("NaN from a network on a frame does not conform")
    func notFinite() {
        let frame = UnjudgedFrame(file: "b.jpg", cause: .notFinite, reason: "NaN")
        let report = report([self.frame(expected: [box], found: [box])], notJudged: [frame])
        #expect(report.verdict == .doesNotConform)
    }

    @Test("A stored report is judged again by its own limits")
    func ownLimits() {
        let strict = [Threshold(.meanIou, .above, 0.9, .requested, "by hand")]
        let frames = [frame(expected: [box], found: [moved])]
        let side = Side(engine: "a", arithmetic: "fp32")
        let report = DetectionReport(
            baseline: side, candidate: side,
            runs: [
                DetectionReport.Run(
                    gold: "gold", minimumFaceSize: 60, frames: frames, notJudged: [], thresholds: strict, deviations: []
                )
            ], thresholds: strict, deviations: [])
        #expect(report.verdict == .doesNotConform)
        #expect(report.judged(deviations: []) == report)
    }

    @Test("A listed deviation that names a model does not apply, because faces are of several models")
    func ofOneModel() throws {
        let report = report([frame(expected: [box], found: [moved, far])])
        let failing = try #require(report.checks.first { $0.verdict == .doesNotConform })
        func verdict(model: String?) throws -> Verdict? {
            let listed = KnownDeviation(
                check: failing.id, bound: try #require(failing.value), reason: "why", model: model)
            return report.judged(deviations: [listed]).checks.first { $0.id == failing.id }?.verdict
        }
        #expect(try verdict(model: nil) == .conformsWithKnownDeviations)
        #expect(try verdict(model: "0") == .doesNotConform)
    }

    @Test("A stored report, read back and judged again, is the report, and fits its schema")
    func stored() throws {
        let unread = UnjudgedFrame(file: "b.jpg", cause: .damaged, reason: "why")
        let known = KnownDeviation(check: "gold/false_positives", bound: 3, reason: "why")
        let report = report(
            [frame(expected: [box], found: [moved, far]), frame(expected: [far], found: [])], notJudged: [unread],
            deviations: [known])
        let json = try JSON(parsing: Array(JSON(encoding: report).text().utf8), file: "r.json")
        #expect(try json.decode(DetectionReport.self) == report)
        #expect(report.judged(deviations: [known]) == report)
        let path = fixtures.deletingLastPathComponent().appendingPathComponent(
            "validation/schemas/cpp_vs_reference.schema.json")
        #expect(JSONSchema(try JSON(parsing: try readFile(path.path), file: path.path)).violations(in: json) == [])
    }
}
