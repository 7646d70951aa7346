import Conformance
import Files
import Foundation
import JSONTree
import TestSupport
import Testing

@testable import Reporting

/// The kept reports of the bundled run, with other thresholds.
@Suite struct StoredReportTests {
    private func kept<Document: Report>(_: Document.Type) throws -> JSON {
        let path = fixtures.deletingLastPathComponent().appendingPathComponent("Reports/\(Document.name).json").path
        return try JSON(parsing: try readFile(path), file: path)
    }

    private func refusesOtherMetrics<Document: Report>(_ type: Document.Type) throws {
        let json = try kept(type)
        #expect(try Document(json, file: "kept.json").thresholds == Document.requirements)
        guard case .object(let members) = json, case .array(let thresholds)? = json["thresholds"] else {
            Issue.record("a report is an object with thresholds")
            return
        }
        for position in [0, thresholds.count - 1] {
            let renamed = JSON.object([
                .init("metric", .string("max_abs_dif")), .init("direction", .string("below")),
                .init("limit", .number(1)), .init("origin", .string("requested")), .init("explanation", .string("")),
            ])
            let changes: [(inout [JSON]) -> Void] = [
                { $0.remove(at: position) }, { $0.append($0[position]) }, { $0[position] = renamed },
            ]
            for change in changes {
                var changed = thresholds
                change(&changed)
                let report = JSON.object(
                    members.map { $0.key == "thresholds" ? .init($0.key, .array(changed)) : $0 })
                #expect {
                    try Document(report, file: "kept.json")
                } throws: { error in
                    "\(error)".contains("kept.json, at thresholds[\(position)].metric: max_abs_dif is no metric")
                        || "\(error)".contains("kept.json, at thresholds: one limit is expected on each of ")
                            && Document.requirements.allSatisfy { "\(error)".contains($0.metric.rawValue) }
                }
            }
        }
    }

    @Test("A report that lacks a limit, or names another metric, is refused, and not judged by what is left")
    func thresholds() throws {
        try refusesOtherMetrics(LayerReport.self)
        try refusesOtherMetrics(DetectionReport.self)
        try refusesOtherMetrics(PrecisionReport.self)
    }

    @Test("Merged shards are judged by their own limits")
    func mergedLimits() throws {
        func strict(_ thresholds: [Threshold]) -> [Threshold] {
            thresholds.map { Threshold($0.metric, $0.direction, -1, $0.origin, $0.explanation) }
        }
        let detections = try DetectionReport(kept(DetectionReport.self), file: "kept.json")
        let precision = try PrecisionReport(kept(PrecisionReport.self), file: "kept.json")
        let detectionShard = DetectionReport(
            baseline: detections.baseline, candidate: detections.candidate,
            runs: detections.runs.map { run in
                DetectionReport.Run(
                    gold: run.gold, minimumFaceSize: run.minimumFaceSize, frames: run.frames,
                    notJudged: run.notJudged, thresholds: strict(detections.thresholds), deviations: [])
            }, thresholds: strict(detections.thresholds), deviations: [])
        let precisionShard = PrecisionReport(
            policies: precision.policies.map { ($0.arithmetic, $0.isPredicted, $0.networks, $0.endToEnd) },
            thresholds: strict(precision.thresholds), deviations: [])
        #expect(try DetectionReport.merged([detectionShard], deviations: []) == detectionShard)
        #expect(try PrecisionReport.merged([precisionShard], deviations: []) == precisionShard)
    }
}
