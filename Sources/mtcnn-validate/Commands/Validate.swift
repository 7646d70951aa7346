import ArgumentParser
import Conformance
import Engines
import Foundation
import JSONTree
import Reporting

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes every comparison and writes the reports (the default command).")

    @Option(help: ArgumentHelp("The directory to write the reports to.", valueName: "dir"))
    var report = "out"

    @OptionGroup var options: DetectorOptions

    @Option(
        help: ArgumentHelp(
            "Captures of outside engines, each named as its model is. Default: the bundled ones.", valueName: "dir"))
    var captures: String?

    @Option(help: ArgumentHelp("The frames to find faces in. Default: the bundled ones.", valueName: "dir"))
    var frames: String?

    @Option(
        help: ArgumentHelp(
            "Another detector's faces, as JSON or CSV; may be given several times. Default: the bundled gold.",
            valueName: "file"))
    var gold: [String] = []

    @Option(help: ArgumentHelp("The list of known deviations. Default: the bundled one.", valueName: "file"))
    var deviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    @Flag(help: "Compare the networks' outputs alone, not their layers.")
    var outputsOnly = false

    func run() throws {
        try makeDirectory(report)
        let engine = try options.chosenEngine()
        let layers = try layerReport(engine)
        let detections = try detectionReport(engine)
        let precision = try precisionReport()
        var junit = JUnit()
        junit.add(layers)
        junit.add(detections)
        junit.add(precision)
        try write(layers)
        try write(detections)
        try write(precision)
        let summary = ["# Conformance", layers.markdown, precision.markdown, detections.markdown].joined(
            separator: "\n\n")
        try writeAtomically(summary.utf8, to: "\(report)/summary.md")
        try writeAtomically(junit.text.utf8, to: "\(report)/junit.xml")
        Terminal.clearProgress()
        print(layers.outcome)
        print(precision.outcome)
        print(detections.outcome)
        let status = ExitStatus(Verdict(combining: [layers.verdict, precision.verdict, detections.verdict]))
        let unreadable = detections.runs.contains { !$0.notJudged.isEmpty }
        throw ExitCode((unreadable && status == .notJudged ? .badData : status).rawValue)
    }

    private func write(_ document: some Report) throws {
        let name = type(of: document).name
        try writeAtomically(try JSON(encoding: document).text().utf8, to: "\(report)/\(name).json")
    }

    private func layerReport(_ engine: ChosenEngine) throws -> LayerReport {
        let outside = engine.outside
        return try LayerReport(
            models: options.modelsDirectory(), captures: captures ?? bundled("Fixtures/captures"),
            candidate: outside == nil ? LayerReport.builtIn : engine.side,
            engine: { model in try outside?(model) ?? model.engine(.fp32) },
            deviations: try knownDeviations().fp32VsOnnx ?? [], outputsOnly: outputsOnly
        ) { Terminal.progress("\(LayerReport.name): \($0)") }
    }

    private func detectionReport(_ engine: ChosenEngine) throws -> DetectionReport {
        let golds = try gold.isEmpty ? BundledGold.files.map { try bundled("Fixtures/gold/\($0)") } : gold
        return try DetectionReport(
            golds: golds, frames: frames ?? bundled("Fixtures/frames"), detector: options.detector(engine),
            minimumFaceSize: options.minFaceSize,
            candidate: engine.side,
            maximumPixels: options.maxPixels, deviations: try knownDeviations().cppVsReference ?? []
        ) { Terminal.progress("\(DetectionReport.name): \($0)") }
    }

    private func precisionReport() throws -> PrecisionReport {
        try PrecisionReport(
            models: options.modelsDirectory(), captures: captures ?? bundled("Fixtures/captures"),
            frames: frames ?? bundled("Fixtures/frames"), minimumFaceSize: options.minFaceSize ?? 60,
            maximumPixels: options.maxPixels, deviations: try knownDeviations().fp16VsFp32 ?? []
        ) { Terminal.progress("\(PrecisionReport.name): \($0)") }
    }

    private func knownDeviations() throws -> KnownDeviations {
        if strict { return KnownDeviations() }
        return try KnownDeviations(contentsOf: deviations ?? bundled("validation/known_deviations.json"))
    }
}
