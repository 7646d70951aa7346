import ArgumentParser
import Conformance
import Foundation
import JSONTree
import Reporting

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes every comparison and writes the reports (the default command).")

    @Option(help: ArgumentHelp("The directory to write the reports to.", valueName: "dir"))
    var report = "out"

    @Option(help: ArgumentHelp("The networks: pnet, rnet and onet. Default: the bundled ones.", valueName: "dir"))
    var models: String?

    @Option(
        help: ArgumentHelp(
            "Captures of outside engines, each named as its model is. Default: the bundled ones.", valueName: "dir"))
    var captures: String?

    @Option(help: ArgumentHelp("The list of known deviations. Default: the bundled one.", valueName: "file"))
    var deviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    @Flag(help: "Compare the networks' outputs alone, not their layers.")
    var outputsOnly = false

    func run() throws {
        try makeDirectory(report)
        let layers = try layerReport()
        var junit = JUnit()
        junit.add(layers)
        let summary = "# Conformance of the bundled run\n\n" + layers.markdown
        try write(layers)
        try writeAtomically(summary.utf8, to: "\(report)/summary.md")
        try writeAtomically(junit.text.utf8, to: "\(report)/junit.xml")
        Terminal.clearProgress()
        print(layers.outcome)
        throw ExitCode(ExitStatus(layers.verdict).rawValue)
    }

    private func write(_ document: some Report) throws {
        let name = type(of: document).name
        try writeAtomically(try JSON(encoding: document).text().utf8, to: "\(report)/\(name).json")
    }

    private func layerReport() throws -> LayerReport {
        try LayerReport(
            models: models ?? bundled("Fixtures/models"), captures: captures ?? bundled("Fixtures/captures"),
            deviations: try knownDeviations().fp32VsOnnx ?? [], outputsOnly: outputsOnly
        ) { Terminal.progress("\(LayerReport.name): \($0)") }
    }

    private func knownDeviations() throws -> KnownDeviations {
        if strict { return KnownDeviations() }
        return try KnownDeviations(contentsOf: deviations ?? bundled("validation/known_deviations.json"))
    }
}
