import Conformance
import Files
import Foundation
import JSONTree
import TestSupport
import Testing

@testable import Reporting

/// The kept reports of the bundled run, with other thresholds.
@Suite struct StoredReportTests {
    private static let layers = Result { shortened(try kept(LayerReport.name)) }
    private static let precision = Result { shortened(try kept(PrecisionReport.name)) }
    private static let detections = Result { shortened(try kept(DetectionReport.name)) }

    private static func kept(_ name: String) throws -> JSON {
        let path = fixtures.deletingLastPathComponent().appendingPathComponent("Reports/\(name).json").path
        return try JSON(parsing: try readFile(path), file: path)
    }

    /// A report with two entries of every list, but for its limits.
    private static func shortened(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements):
            let areObjects = elements.allSatisfy { if case .object = $0 { true } else { false } }
            return .array((areObjects ? Array(elements.prefix(2)) : elements).map(shortened))
        case .object(let members):
            return .object(
                members.map {
                    .init($0.key, ["thresholds", "targets"].contains($0.key) ? $0.value : shortened($0.value))
                })
        default: return json
        }
    }

    private func kept<Document: Report>(_ type: Document.Type) throws -> JSON {
        switch type.name {
        case LayerReport.name: try Self.layers.get()
        case PrecisionReport.name: try Self.precision.get()
        default: try Self.detections.get()
        }
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
                    "\(error)".contains("kept.json, at thresholds[\(position)].metric: unknown metric max_abs_dif")
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

    /// The kept report's text with the first value of a member changed.
    private func changed<Document: Report>(_ type: Document.Type, _ member: String, to value: String) throws -> Document
    {
        let text = try kept(type).text()
        let expression = try Regex("\"\(member)\": -?[0-9.e+-]+")
        let other = text.replacing(expression, with: "\"\(member)\": \(value)", maxReplacements: 1)
        #expect(other != text)
        return try Document(try JSON(parsing: Array(other.utf8), file: "kept.json"), file: "kept.json")
    }

    @Test("A box that float32 does not hold, and a count that no run has, are refused with their place")
    func numbersBeyond() throws {
        for value in ["1e300", "-1e300"] {
            #expect {
                try changed(DetectionReport.self, "x", to: value)
            } throws: {
                "\($0)".contains(".x: a number that float32 holds")
            }
        }
        for member in ["count", "elements_compared", "non_finite_count"] {
            for value in [Int64.max, .min, 1 << 41] {
                #expect {
                    try changed(LayerReport.self, member, to: "\(value)")
                } throws: {
                    "\($0)".contains("\(member): \(value) is not a valid count")
                        && "\($0)".contains("at networks[0].")
                }
            }
        }
        // Steps between numbers are not added up.
        _ = try changed(LayerReport.self, "max_ulp_diff", to: "\(Int64.max)")
    }

    @Test("Figures that are no numbers do not end the program, and make nothing conform")
    func notNumbers() throws {
        for value in ["\"nan\"", "\"inf\"", "-1e300"] {
            let report = try changed(DetectionReport.self, "intersection_over_union", to: value)
            let judged = report.judged(deviations: [])
            #expect(judged.runs[0].summary.meanIou ?? 1 <= report.runs[0].summary.meanIou ?? 0)
        }
        for value in ["\"nan\"", "\"inf\"", "-3e38", "3e38"] {
            for member in ["x", "width"] {
                let precision = try changed(PrecisionReport.self, member, to: value).judged(deviations: [])
                let detections = try changed(DetectionReport.self, member, to: value).judged(deviations: [])
                _ = try Page(Document([precision.section, detections.section])).text
            }
        }
        // The leading bits of infinity, of NaN and of a negative number.
        for bits in [0x7FF0, 0x7FFF, 0xBFF0] {
            _ = try Page(Document([changed(DetectionReport.self, "leading_bits", to: "\(bits)").section])).text
        }
    }

    @Test("A report of thousands of faces is read again: the units of a sum may be more than any count")
    func manyFaces() throws {
        let few = try DetectionReport(Self.kept(DetectionReport.name), file: "kept.json")
        let frames = (0..<40).flatMap { _ in few.runs[0].frames }
        let report = DetectionReport(
            baseline: few.baseline, candidate: few.candidate,
            runs: [
                DetectionReport.Run(gold: "gold", minimumFaceSize: 60, frames: frames, notJudged: [], deviations: [])
            ], deviations: [])
        let text = try JSON(encoding: report).text()
        #expect(try DetectionReport(JSON(parsing: Array(text.utf8), file: "many.json"), file: "many.json") == report)
    }

    @Test("Merged shards are judged by their own limits")
    func mergedLimits() throws {
        func strict(_ thresholds: [Threshold]) -> [Threshold] {
            thresholds.map { Threshold($0.metric, $0.direction, -1, $0.origin, $0.explanation) }
        }
        let detections = try DetectionReport(Self.kept(DetectionReport.name), file: "kept.json")
        let precision = try PrecisionReport(Self.kept(PrecisionReport.name), file: "kept.json")
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
