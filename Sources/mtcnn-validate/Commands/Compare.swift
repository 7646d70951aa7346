import ArgumentParser
import Captures
import Conformance
import Diagnosis
import Engines
import Files
import Foundation
import JSONTree
import ModelFormats
import NetworkGraph
import Reporting
import Tensors

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares two forms of one network, each a model or a capture, layer by layer.",
        discussion: """
            A model is computed on the capture's inputs; two models on those of --inputs, or on inputs drawn from --seed. \
            Tensors are matched by name, place, shape and values, and layouts are undone; the report says how. Where one \
            side is a model, the sides conform if rounding explains what each one's errors are, in the arithmetic that it \
            declares; limits that are given, on differences or on what the answers are for, take the place of that. Two \
            captures are held to the limits on float32 results.
            """)

    @Argument(help: "The model or capture to compare with.")
    var baseline: String

    @Argument(help: "The model or capture that is judged.")
    var candidate: String

    @OptionGroup var limits: LimitOptions

    @OptionGroup var tasks: TaskOptions

    @OptionGroup var options: SideOptions

    @Option(help: "The arithmetic in which models are computed that declare none of their own.")
    var arithmetic = ArithmeticName.fp32

    @Option(help: "What computes the candidate, if it is a model; another engine than builtin gives its outputs alone.")
    var engine = EngineChoice.builtin

    @Option(help: "What computes the baseline, if it is a model.")
    var baselineEngine = EngineChoice.builtin

    @OptionGroup var adapters: AdapterOptions

    @Option(help: ArgumentHelp("Also write the report to this file.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Also write the report as a page to this file.", valueName: "file"))
    var page: String?

    @OptionGroup var diagnosed: DiagnosisOptions

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        for output in [json, page] {
            try refuseWriting(over: [baseline, candidate], to: output)
            try RunOutputs.expect(file: output)
        }
        let sides = try options.sides(
            baseline, candidate, in: arithmetic,
            engines: (baselineEngine.adapter(adapters), engine.adapter(adapters)))
        let (inputs, map) = (sides.inputs, try options.names())
        var comparison = try NetworkComparison(
            of: sides.candidate, with: sides.baseline, inputs: inputs, map: map, tasks: tasks.requirements.metrics
        ) { Terminal.progress("comparing \($0)") }
        comparison.measuredByPrograms = try tasks.programs(within: adapters.engineTimeout)
            .measure(sides.baseline, sides.candidate, on: inputs)
        var report = LayerReport(
            baseline: sides.baseline.reported, candidate: sides.candidate.reported,
            thresholds: thresholds(sides.baseline, sides.candidate), tasks: tasks.requirements, deviations: [],
            networks: [comparison])
        if !diagnosed.isLeftOut {
            report = try report.explained { _ in
                guard
                    var aligned = try AlignedSides(of: sides.candidate, with: sides.baseline, inputs: inputs, map: map)
                else { return nil }
                return try Diagnosis(of: &aligned) { Terminal.progress($0) }
            }
        }
        if let json { try RunOutputs.write(report, to: json) }
        if let page { try RunOutputs.write(Page(Document([report.section]), isAlone: true), to: page) }
        Terminal.clearProgress()
        try Terminal.output(Markdown(folds: false).text(report.section))
        throw ExitCode(ExitStatus(report.verdict).rawValue)
    }

    private func thresholds(_ baseline: ComparedSide, _ candidate: ComparedSide) -> LayerThresholds {
        if case .capture = baseline, case .capture = candidate {
            return tasks.areLimited ? .given(limits.thresholds) : LayerThresholds.float32.with(limits.thresholds)
        }
        return limits.areGiven || tasks.areLimited ? .given(limits.thresholds) : .rounding
    }
}

extension ComparedSide {
    /// The judgement of this side beside another, where rounding alone may explain what differs.
    func judged(
        beside baseline: ComparedSide, on inputs: ComparedInputs?, map: [String: String]
    ) throws -> LayerReport {
        LayerReport(
            baseline: baseline.reported, candidate: reported, thresholds: .rounding, deviations: [],
            networks: [try NetworkComparison(of: self, with: baseline, inputs: inputs, map: map)])
    }

    /// The side as a report names it.
    var reported: Side {
        switch self {
        case .capture(let capture): Side(capture.header)
        case .model(let model, _, let arithmetic):
            Side(
                engine: "mtcnn-validate on \(URL(fileURLWithPath: model.path).lastPathComponent)",
                arithmetic: model.arithmeticLabel(asked: arithmetic))
        }
    }
}
