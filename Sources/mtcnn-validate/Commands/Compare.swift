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

    @OptionGroup var limits: LimitOptions

    @Option(help: ArgumentHelp("Also write the report to this file.", valueName: "file"))
    var json: String?

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        try refuseWriting(over: [baseline, candidate], to: json)
        try RunOutputs.expect(file: json)
        let baseline = try CaptureFile(contentsOf: baseline)
        let candidate = try CaptureFile(contentsOf: candidate)
        let comparison = try NetworkComparison(of: candidate, with: baseline) { Terminal.progress("comparing \($0)") }
        let report = LayerReport(
            baseline: Side(baseline.header), candidate: Side(candidate.header),
            thresholds: limits.replacing(in: .float32), deviations: [],
            networks: [comparison])
        if let json { try RunOutputs.write(report, to: json) }
        Terminal.clearProgress()
        try Terminal.output(report.markdown)
        throw ExitCode(ExitStatus(report.verdict).rawValue)
    }
}
