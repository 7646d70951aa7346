import ArgumentParser
import Captures
import Conformance
import Foundation
import JSONTree
import Reporting

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares two captures of one model, layer by layer.",
        discussion: "The limits are those on float32 results, unless --max-abs-diff or --mean-abs-diff say otherwise.")

    @Argument(help: "The capture to compare with.")
    var baseline: String

    @Argument(help: "The capture that is judged.")
    var candidate: String

    @Option(help: ArgumentHelp("The largest difference allowed.", valueName: "limit"))
    var maxAbsDiff: Double?

    @Option(help: ArgumentHelp("The largest mean difference allowed.", valueName: "limit"))
    var meanAbsDiff: Double?

    @Option(help: ArgumentHelp("Also write the report to this file.", valueName: "file"))
    var json: String?

    func validate() throws {
        guard [maxAbsDiff, meanAbsDiff].allSatisfy({ $0.map { $0 >= 0 && $0.isFinite } ?? true }) else {
            throw ValidationError("--max-abs-diff and --mean-abs-diff are numbers of 0 or more")
        }
    }

    func run() throws {
        let baseline = try CaptureFile(contentsOf: baseline)
        let candidate = try CaptureFile(contentsOf: candidate)
        let comparison = try NetworkComparison(of: candidate, with: baseline) { Terminal.progress("comparing \($0)") }
        let report = LayerReport(
            baseline: Side(baseline.header), candidate: Side(candidate.header),
            thresholds: LayerThresholds.float32.with(maxAbsDiff: maxAbsDiff, meanAbsDiff: meanAbsDiff), deviations: [],
            networks: [comparison])
        if let json { try writeAtomically(encoding: report, to: json) }
        Terminal.clearProgress()
        try Terminal.output(report.markdown)
        throw ExitCode(ExitStatus(report.verdict).rawValue)
    }
}
