import ArgumentParser
import Captures
import Conformance
import Engines
import Foundation
import JSONTree
import ModelFormats
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
        let models = try self.models ?? bundledFixtures() + "/models"
        let captures = try self.captures ?? bundledFixtures() + "/captures"
        var networks = [NetworkComparison]()
        var baselines = [Side]()
        for path in try files(in: captures, withExtension: "h5") {
            let network = String(path.dropLast(3))
            let capture = try CaptureFile(contentsOf: "\(captures)/\(path)")
            let model = try Model(contentsOf: "\(models)/\(network).onnx")
            let engine = try ArithmeticName.fp32.engine(for: model.graph)
            networks.append(
                try NetworkComparison(
                    of: engine, running: model, with: capture, network: network, bound: .float32,
                    outputsOnly: outputsOnly
                ) { Terminal.progress("\(LayerReport.name): \(network), \($0)") })
            let side = Side(capture.header)
            if !baselines.contains(side) { baselines.append(side) }
        }
        guard let baseline = baselines.first, baselines.count == 1 else {
            throw CommandError(
                baselines.isEmpty ? .notJudged : .badData,
                baselines.isEmpty
                    ? "\(captures): there are no captures, so nothing can be compared"
                    : "\(captures): the captures come from \(baselines.count) engines; one report compares with one")
        }
        return LayerReport(
            baseline: baseline, candidate: Side(engine: "mtcnn-validate", arithmetic: ArithmeticName.fp32.rawValue),
            thresholds: .float32, deviations: try knownDeviations(for: LayerReport.name), networks: networks)
    }

    private func knownDeviations(for report: String) throws -> [KnownDeviation] {
        if strict { return [] }
        return try KnownDeviations.read(deviations)[report]
    }
}
