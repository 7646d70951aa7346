import ArgumentParser
import Conformance
import Files
import Foundation
import JSONTree
import Reporting

struct CheckReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Judges a stored report again, from its metrics alone.",
        discussion: """
            The limits are those of the report; of fp32_vs_onnx, --max-abs-diff and --mean-abs-diff replace them.
            """)

    @Argument(help: "The report to judge.")
    var report: String

    @OptionGroup var limits: LimitOptions

    @Option(help: ArgumentHelp("A list of known deviations, instead of those in the report.", valueName: "file"))
    var deviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    @OptionGroup var told: ExtentOptions

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        let json = try JSON(parsing: try readFile(report), file: report)
        let directory = URL(fileURLWithPath: report).deletingLastPathComponent()
        if FileManager.default.fileExists(atPath: directory.appendingPathComponent("shard.json").path) {
            throw CommandError(
                .badData, "\(report): this is a part of a run, which says nothing of the whole: merge it first")
        }
        if json["schema"] != .string(LayerReport.schema), limits.areGiven {
            throw CommandError(
                .usage, "--max-abs-diff and --mean-abs-diff are limits of \(LayerReport.name), which \(report) is not")
        }
        let verdict =
            switch json["schema"] {
            case .string(LayerReport.schema): try judge(try LayerReport(json, file: report))
            case .string(DetectionReport.schema): try judge(try DetectionReport(json, file: report))
            case .string(PrecisionReport.schema): try judge(try PrecisionReport(json, file: report))
            default:
                throw CommandError(
                    .badData,
                    "\(report): this is no report of layout \(LayerReport.schema), \(PrecisionReport.schema) or "
                        + DetectionReport.schema)
            }
        throw ExitCode(ExitStatus(verdict).rawValue)
    }

    private func judge(_ stored: LayerReport) throws -> Verdict {
        let judged = stored.judged(
            against: limits.replacing(in: LayerThresholds(stored.thresholds)),
            deviations: try known(of: stored, listed: \.fp32VsOnnx))
        try conclude(Document([judged.section]), told)
        return judged.verdict
    }

    private func judge(_ stored: DetectionReport) throws -> Verdict {
        let judged = stored.judged(deviations: try known(of: stored, listed: \.cppVsReference))
        try conclude(Document([judged.section]), told)
        return judged.verdict
    }

    private func judge(_ stored: PrecisionReport) throws -> Verdict {
        let judged = stored.judged(deviations: try known(of: stored, listed: \.fp16VsFp32))
        try conclude(Document([judged.section]), told)
        return judged.verdict
    }

    /// The deviations of a given list or, without one, those that the report itself lists.
    private func known(
        of stored: some Report, listed: KeyPath<KnownDeviations, [KnownDeviation]?>
    ) throws -> [KnownDeviation] {
        if strict { return [] }
        if let deviations { return try KnownDeviations(contentsOf: deviations)[keyPath: listed] ?? [] }
        return stored.deviations.map { KnownDeviation(check: $0.check, bound: $0.bound, reason: $0.reason) }
    }
}
