import Conformance
import JSONTree

/// One of the documents that a run writes: `fp32_vs_onnx.json`.
public protocol Report: Codable, Sendable {
    /// The file's name without its extension.
    static var name: String { get }
    /// The limits that such a report is judged by where no others are given on the same metrics.
    static var requirements: [Threshold] { get }
    /// Metrics that a report may be judged by beside those.
    static var optionalMetrics: [Metric] { get }
    /// Those that it was judged by.
    var thresholds: [Threshold] { get }
    /// Those that parts of it were judged by instead, a list for each.
    var otherThresholds: [[Threshold]] { get }
    var verdict: Verdict { get }
    /// Every check that was made, in the order of the report.
    var checks: [Check] { get }
    /// Why the verdict, or a part of it, is that nothing could be judged; empty where all was.
    var notJudged: [String] { get }
    /// What became of the listed deviations.
    var deviations: [DeviationOutcome] { get }
    /// Whether an input that was to be compared is damaged.
    var hasDamagedInput: Bool { get }
    /// What was done wrong, where a cause was found: a sentence for each.
    var causes: [String] { get }
    /// What the report says to people and to CI systems.
    var section: Section { get }
    /// The metrics of this report with another list of known deviations.
    func judged(deviations: [KnownDeviation]) -> Self
    /// The models whose checks a list of deviations can be about: what their checks' names hold, and their SHA-256.
    var checkedModels: [(namePart: String, sha256: String)] { get }
    /// The report of a whole run from those of its shards, in their order: their cases or frames are judged together.
    ///
    /// - Throws: ``ShardError`` for reports of different runs, or for none.
    static func merged(_ shards: [Self], deviations: [KnownDeviation]) throws(ShardError) -> Self
}

/// The reports of a run, in the order in which documents have them.
public let allReports: [any Report.Type] = [LayerReport.self, PrecisionReport.self, DetectionReport.self]

extension Report {
    public static var optionalMetrics: [Metric] { [] }

    public var otherThresholds: [[Threshold]] { [] }

    public var hasDamagedInput: Bool { false }

    public var causes: [String] { [] }

    public var checkedModels: [(namePart: String, sha256: String)] { [] }

    /// Names the document and the version of its layout, which `validation/schemas` describes.
    public static var schema: String { "mtcnn-validate/\(name)/2" }

    /// A stored report.
    ///
    /// - Throws: ``JSONTree/JSONError`` for another document, and for thresholds that are not one on each metric: what
    ///   no limit names would pass unjudged.
    public init(_ json: JSON, file: String) throws(JSONError) {
        try Self.requireSummable(json, file: file, path: "")
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
    /// Those that it lists, as it was judged with them.
    public var listedDeviations: [KnownDeviation] {
        deviations.map { KnownDeviation(check: $0.check, bound: $0.bound, reason: $0.reason, model: $0.model) }
    }

    /// Whether the checks and the verdict are those that follow from what was measured. Not so in a report that somebody
    /// has changed in places, or cut.
    public var followsFromFigures: Bool {
        func judgement(_ report: Self) -> [String] {
            report.checks.map { "\($0.id) \($0.value.long) \($0.verdict)" } + [report.verdict.rawValue]
        }
        return judgement(self) == judgement(judged(deviations: listedDeviations))
    }

    /// No sum of whole numbers of that size overflows, however many a file holds.
    private static var largestSummand: Int64 { 1 << 40 }

    private static func requireSummable(_ json: JSON, file: String, path: String) throws(JSONError) {
        switch json {
        case .integer(let value) where value.magnitude > largestSummand.magnitude:
            throw .unexpected(
                file: file, path: path, reason: "\(value) is no count: at most \(largestSummand) is expected")
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                try requireSummable(element, file: file, path: "\(path)[\(index)]")
            }
        case .object(let members):
            // Steps between floating-point numbers, of which the largest counts and none is added.
            for member in members where !["ulps", "max_ulp_diff"].contains(member.key) {
                try requireSummable(
                    member.value, file: file, path: path.isEmpty ? member.key : "\(path).\(member.key)")
            }
        default: return
        }
    }
}
