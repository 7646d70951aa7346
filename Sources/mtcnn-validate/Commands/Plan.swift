import ArgumentParser
import Conformance
import Detection
import Engines
import FaceConformance
import JSONTree
import Reporting
import Validation

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the layers that must stay in float32 for requirements to hold.",
        discussion: """
            Every choice of layers is run: of pnet, rnet and onet on the frames, of other networks on the inputs of the \
            captures, each of which is named as its model. The plan is minimal: without any one of its layers a \
            requirement fails. Exit code 1 if not even float32 in every layer meets the requirements.
            """)

    @Option(
        help: ArgumentHelp(
            "Limits, as mean_iou=0.999,max_abs_diff=1e-3; of "
                + PlanMeasurement.metrics.map(\.rawValue).joined(separator: ", ")
                + ", or on what the answers are for: \(TaskMetric.usage), or command:PROGRAM#NAME>=LIMIT. May be given "
                + "several times.",
            valueName: "metric=limit,..."))
    var require: [String]

    @Option(help: "The arithmetic of the layers that do not stay in float32.")
    var arithmetic = ArithmeticName.fp16Storage

    @OptionGroup var cascade: CascadeOptions

    @OptionGroup var memory: MemoryOptions

    @Option(
        help: ArgumentHelp(
            "Captures that hold the networks' inputs. Default: the bundled ones.", valueName: "dir"))
    var captures: String?

    @Option(help: ArgumentHelp("The frames to find faces in. Default: the bundled ones.", valueName: "dir"))
    var frames: String?

    @Option(
        help: ArgumentHelp("The longest that a program of --require may take.", valueName: "seconds"))
    var engineTimeout = 60.0

    @Option(help: ArgumentHelp("Write the plan to this file.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Also write the plan as a page to this file.", valueName: "file"))
    var page: String?

    func run() throws {
        try RunOutputs.expect(file: json)
        try RunOutputs.expect(file: page)
        let requirements = try requirements()
        let programs = requirements.compactMap { $0.task.flatMap { TaskProgram($0)?.name } }.withoutRepeats
            .compactMap { TaskProgram($0) }
        let plan = try PrecisionPlan(
            requirements: requirements, models: ModelLibrary(cascade.modelsDirectory()),
            captures: CaptureLibrary(captures ?? bundled("Fixtures/captures")),
            frames: frames ?? bundled("Fixtures/frames"),
            minimumFaceSize: cascade.minimumFaceSize, rules: cascade.cascadeRules, reading: cascade.reading,
            arithmetic: arithmetic,
            programs: ProgramTasks(programs, within: engineTimeout) { Terminal.progress($0) },
            progress: Terminal.progress)
        Terminal.clearProgress()
        if let json { try RunOutputs.write(plan, to: json) }
        if let page { try RunOutputs.write(Page(Document([plan.section]), isAlone: true), to: page) }
        try Terminal.output(Markdown(folds: false).text(plan.blocks))
        if !plan.isMet { throw ExitCode(ExitStatus.doesNotConform.rawValue) }
    }

    private func requirements() throws -> [PlanRequirement] {
        try require.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map { text in
            guard let requirement = PlanRequirement(String(text)) else {
                throw ValidationError(
                    "--require: \"\(text)\" is not a limit; write, for example, mean_iou=0.999 (a number from 0 to 1 for "
                        + "overlaps and agreement), top1=1 or max_abs_diff=1e-3")
            }
            return requirement
        }
    }
}
