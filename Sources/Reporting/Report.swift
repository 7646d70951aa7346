import Conformance
import JSONTree
import Validation

/// One of the documents that a run writes: `fp32_vs_onnx.json`.
package protocol Report: Codable, Sendable {
    /// The file's name without its extension.
    static var name: String { get }
    /// The limits of this kind of report, unless others are given on the same metrics.
    static var requirements: [Threshold] { get }
    /// Further metrics that a report may have limits on.
    static var optionalMetrics: [Metric] { get }
    /// The limits that were applied.
    var thresholds: [Threshold] { get }
    /// The limits that replaced them for parts of the report, one list for each.
    var otherThresholds: [[Threshold]] { get }
    var verdict: Verdict { get }
    /// Every check that was made, in the report's order.
    var checks: [Check] { get }
    /// Why all or part of the report could not be judged; empty if everything was.
    var notJudged: [String] { get }
    /// What became of the listed deviations.
    var deviations: [DeviationOutcome] { get }
    /// Whether an input to be compared is damaged.
    var hasDamagedInput: Bool { get }
    /// The faults found, one sentence each.
    var causes: [String] { get }
    /// The report's results for readers and CI systems.
    var section: Section { get }
    /// The sections of the log of all frames that are this report's, in order.
    var frameSections: [FrameLog.Section] { get }
    /// The judgement of this report with another list of known deviations.
    func judged(deviations: [KnownDeviation]) -> Self
    /// The models that a list of deviations can name: the prefix of their checks' names, and their SHA-256.
    var checkedModels: [(namePart: String, sha256: String)] { get }
    /// The report of a whole run, combined from its shards' reports in order: their cases or frames are judged
    /// together.
    ///
    /// - Throws: ``ShardError`` if the reports are of different runs, or if there are none.
    static func merged(_ shards: [Self], deviations: [KnownDeviation]) throws(ShardError) -> Self
}

/// The reports of a run, in the order of documents.
package let allReports: [any Report.Type] = [LayerReport.self, PrecisionReport.self, DetectionReport.self]

extension Report {
    package static var optionalMetrics: [Metric] { [] }

    package var otherThresholds: [[Threshold]] { [] }

    package var hasDamagedInput: Bool { false }

    package var causes: [String] { [] }

    package var frameSections: [FrameLog.Section] { [] }

    package var checkedModels: [(namePart: String, sha256: String)] { [] }

    /// Names the document and its version of the layout, which `validation/schemas` describes.
    package static var schema: String { "mtcnn-validate/\(name)/2" }

    /// A stored report.
    ///
    /// - Throws: ``JSONTree/JSONError`` for another document, or unless each metric has exactly one threshold: a metric
    ///   without a limit would pass unjudged.
    package init(_ json: JSON, file: String) throws(JSONError) {
        if let (value, path) = Self.firstTooLarge(in: json) {
            throw .unexpected(
                file: file, path: path,
                reason: "\(value) is not a valid count: at most \(Self.largestSummand) is expected")
        }
        self = try json.decode(file: file)
        let wanted = Self.requirements.map(\.metric.rawValue)
        for limits in [thresholds] + otherThresholds {
            let given = limits.map(\.metric).filter { !Self.optionalMetrics.contains($0) }.map(\.rawValue)
            guard given.sorted() == wanted.sorted() else {
                throw .unexpected(
                    file: file, path: "thresholds",
                    reason: "one limit is expected on each of \(wanted.joined(separator: ", "))")
            }
        }
    }
}

extension Report {
    /// The known deviations that the report was judged with.
    package var listedDeviations: [KnownDeviation] {
        deviations.map { KnownDeviation(check: $0.check, bound: $0.bound, reason: $0.reason, model: $0.model) }
    }

    /// Whether the checks and the verdict follow from the measurements. In a report that somebody edited or cut, they may not.
    package var followsFromFigures: Bool {
        func judgement(_ report: Self) -> [String] {
            report.checks.map { "\($0.id) \($0.value.long) \($0.verdict)" } + [report.verdict.rawValue]
        }
        return judgement(self) == judgement(judged(deviations: listedDeviations))
    }

    /// No sum of integers up to this overflows, however many a file holds.
    private static var largestSummand: Int64 { 1 << 40 }

    /// The first integer that may not be summed, and its path.
    private static func firstTooLarge(in json: JSON) -> (value: Int64, path: String)? {
        func found(in json: JSON, at place: String) -> (Int64, String)? {
            firstTooLarge(in: json).map { value, path in
                (value, place + (path.isEmpty || path.hasPrefix("[") ? "" : ".") + path)
            }
        }
        switch json {
        case .integer(let value): return value.magnitude > largestSummand.magnitude ? (value, "") : nil
        case .array(let elements):
            for index in elements.indices {
                if let found = found(in: elements[index], at: "[\(index)]") { return found }
            }
        case .object(let members):
            // ULP distances: the largest counts, and none are added. Units are those of sums, whose additions stop at
            // the bounds of their type.
            for member in members where !["ulps", "max_ulp_diff", "units"].contains(member.key) {
                if let found = found(in: member.value, at: member.key) { return found }
            }
        default: break
        }
        return nil
    }
}
