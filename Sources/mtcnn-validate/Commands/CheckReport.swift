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
            The limits are those of the report; of fp32_vs_onnx, --max-abs-diff and --mean-abs-diff replace them. What was \
            done wrong is said as the report holds it, of networks that fail.
            """)

    @Argument(help: "The report to judge.")
    var report: String

    @OptionGroup var limits: LimitOptions

    @Option(help: ArgumentHelp("A list of known deviations, instead of those in the report.", valueName: "file"))
    var deviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    @OptionGroup var diagnosed: DiagnosisOptions

    @OptionGroup var told: ExtentOptions

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        let json = try JSON(parsing: try readFile(report), file: report)
        let directory = URL(fileURLWithPath: report).deletingLastPathComponent()
        if FileManager.default.fileExists(atPath: directory.appendingPathComponent("shard.json").path) {
            throw CommandError(
                .badData,
                "\(report): this is a part of a run, which says nothing of the whole: merge it first")
        }
        if json["schema"] != .string(LayerReport.schema), limits.areGiven {
            throw CommandError(
                .usage, "limits on differences apply only to \(LayerReport.name); \(report) is another report")
        }
        guard let kind = allReports.first(where: { json["schema"] == .string($0.schema) }) else {
            let schemas = allReports.map { $0.schema }
            throw CommandError(
                .badData,
                "\(report): this is no report of layout \(schemas.dropLast().joined(separator: ", ")) or "
                    + "\(schemas.last ?? "")")
        }
        let stored = try kind.init(json, file: report)
        guard stored.followsFromFigures else {
            throw CommandError(
                .badData,
                "\(report): its verdicts do not follow from its figures: it was changed by hand, or by another version")
        }
        let known = try known(of: stored)
        let judged: any Report =
            (stored as? LayerReport).map { layers in
                let judged = layers.judged(with: limits.thresholds, deviations: known)
                return diagnosed.isLeftOut ? judged.explained { _ in nil } : judged
            } ?? stored.judged(deviations: known)
        try conclude(Document([judged.section]), told)
        throw ExitCode(ExitStatus(judged.verdict).rawValue)
    }

    /// The deviations of a given list or, without one, those that the report itself lists.
    private func known(of stored: any Report) throws -> [KnownDeviation] {
        if strict { return [] }
        if let deviations { return try KnownDeviations(contentsOf: deviations)[type(of: stored)] }
        return stored.listedDeviations
    }
}
