import ArgumentParser
import Conformance
import Foundation
import JSONTree
import Reporting

struct CheckReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Judges a stored report again, from its metrics alone.",
        discussion: "The limits are those of the report, unless --max-abs-diff or --mean-abs-diff say otherwise.")

    @Argument(help: "The report to judge.")
    var report: String

    @Option(help: ArgumentHelp("The largest difference allowed.", valueName: "limit"))
    var maxAbsDiff: Double?

    @Option(help: ArgumentHelp("The largest mean difference allowed.", valueName: "limit"))
    var meanAbsDiff: Double?

    @Option(help: ArgumentHelp("A list of known deviations, instead of those in the report.", valueName: "file"))
    var deviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    func run() throws {
        let json = try JSON(parsing: try readInput(report), file: report)
        guard json["schema"] == .string(LayerReport.schema) else {
            throw CommandError(.badData, "\(report): this is no report of layout \(LayerReport.schema)")
        }
        let stored: LayerReport
        do throws(JSONError) { stored = try json.decode() } catch {
            throw CommandError(.badData, "\(report): \(error)")
        }
        let listed = stored.deviations.map { KnownDeviation(check: $0.check, bound: $0.bound, reason: $0.reason) }
        let known = try deviations.map { try KnownDeviations(contentsOf: $0).fp32VsOnnx ?? [] } ?? listed
        let judged = stored.judged(
            against: LayerThresholds(stored.thresholds).with(maxAbsDiff: maxAbsDiff, meanAbsDiff: meanAbsDiff),
            deviations: strict ? [] : known)
        print(judged.outcome)
        throw ExitCode(ExitStatus(judged.verdict).rawValue)
    }
}
