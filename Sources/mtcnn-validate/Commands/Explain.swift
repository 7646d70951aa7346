import ArgumentParser
import Conformance
import Detection
import Diagnosis
import FaceConformance
import Foundation
import JSONTree
import Reporting
import Validation

struct Explain: DetectingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells what was done wrong: in a conversion of a network, or in another detector.",
        discussion: """
            Of two forms of a network, each a model or a capture, it names the altered computation that makes one from \
            the other, confirmed on every case; if it finds none, the exit code is that of `compare`. Of a list of faces, \
            given with --gold, it tells how the list is written, which detector's rules it follows, and where it departs \
            from them.
            """)

    @Argument(help: ArgumentHelp("The network as it should be, and its conversion.", valueName: "baseline candidate"))
    var sides: [String] = []

    @OptionGroup var sideOptions: SideOptions

    @Option(
        help: ArgumentHelp(
            "Write the candidate, an ONNX file or a Core ML package, with what was done wrong undone; only if it conforms then.",
            valueName: "file"))
    var mend: String?

    @Option(help: "What computes the network as it should be; --engine is what computes the conversion.")
    var baselineEngine = EngineChoice.builtin

    @Option(help: ArgumentHelp("The other detector's faces, as JSON or CSV.", valueName: "file"))
    var gold: String?

    @Option(help: ArgumentHelp("The frames that they were found in. Default: the bundled ones.", valueName: "dir"))
    var frames: String?

    @OptionGroup var cascade: CascadeOptions

    @OptionGroup var engines: EngineOptions

    @OptionGroup var adapters: AdapterOptions

    @OptionGroup var memory: MemoryOptions

    @Option(help: ArgumentHelp("Write the attribution to this file.", valueName: "file"))
    var json: String?

    func validate() throws {
        guard gold == nil ? sides.count == 2 : sides.isEmpty else {
            throw ValidationError(
                "give two forms of a network, BASELINE and CANDIDATE, or --gold with another detector's faces")
        }
        guard mend == nil || gold == nil else { throw ValidationError("--mend is for two forms of a network") }
    }

    func run() throws {
        if let gold { try explainDetector(gold) } else { try explainNetwork(sides[0], sides[1]) }
    }

    private func explainDetector(_ gold: String) throws {
        try refuseWriting(over: [gold], to: json)
        try RunOutputs.expect(file: json)
        let directory = try FrameDirectory(frames ?? bundled("Fixtures/frames"))
        let listed = try ListedFrames(listedIn: URL(fileURLWithPath: gold), named: gold, of: directory)
        let (document, all) = (listed.list.header, try listed.all())
        let present = all.filter(\.isThere).map(\.frame)
        let missing = all.filter { !$0.isThere }.map(\.frame.file)
        if !missing.isEmpty {
            Terminal.note(
                "\(missing.count) of the \(all.count) frames that \(gold) names are not in \(directory.path) "
                    + "and are left out: \(missing.firstFew)")
        }
        var detector = detector(try chosenEngine())
        let thresholds = cascade.askedThresholds ?? document.scoreThresholds
        if let thresholds { detector.scoreThresholds = thresholds }
        detector.minimumFaceSize = cascade.minFaceSize ?? document.minFaceSize ?? detector.minimumFaceSize
        let attribution = try Attribution(
            frames: present, detector: detector, families: cascade.familiesToTry, scoreThresholds: thresholds
        ) { [reading = cascade.reading] frame in
            Terminal.progress("\(frame.file)")
            return try DecodedImage(contentsOf: directory.url(of: frame.file), as: reading)
        }
        if let json { try RunOutputs.write(attribution, to: json) }
        Terminal.clearProgress()
        try Terminal.output(Markdown(folds: false).text(attribution.blocks))
        if attribution.meanOverlapBefore == nil { throw ExitCode(ExitStatus.notJudged.rawValue) }
    }

    private func explainNetwork(_ baseline: String, _ candidate: String) throws {
        for path in [json, mend] {
            try refuseWriting(over: [baseline, candidate], to: path)
            try RunOutputs.expect(file: path)
        }
        let sides = try sideOptions.sides(
            baseline, candidate, in: engines.arithmetic,
            engines: (baselineEngine.adapter(adapters), engines.engine.adapter(adapters)))
        let (inputs, map) = (sides.inputs, try sideOptions.names())
        guard
            var aligned = try AlignedSides(of: sides.candidate, with: sides.baseline, inputs: inputs, map: map)
        else {
            throw CommandError(
                .usage, "two captures cannot be explained: give the model that one of them was recorded of")
        }
        let diagnosis = try Diagnosis(of: &aligned) { Terminal.progress($0) }
        if let json { try RunOutputs.write(diagnosis, to: json) }
        Terminal.clearProgress()
        try Terminal.output(Markdown(folds: false).text(diagnosis.document))
        guard let mend else {
            guard diagnosis.isEmpty else { throw ExitCode(ExitStatus.doesNotConform.rawValue) }
            return try requireConformance(of: sides, map)
        }
        try Mending(diagnosis, baseline: sides.baseline, candidate: sides.candidate, &aligned)
            .write(to: mend, inputs: inputs, map: map)
        RunOutputs.written(mend)
        Terminal.note("\(mend): the candidate, mended: it conforms to \(baseline)")
    }

    /// Where nothing is found, something may not have been there to look at.
    private func requireConformance(of sides: ComparedSides, _ map: [String: String]) throws {
        let report = try sides.candidate.judged(beside: sides.baseline, on: sides.inputs, map: map)
        guard report.verdict != .conforms else { return }
        for reason in report.notJudged { Terminal.note("not judged: \(reason)") }
        if report.verdict == .doesNotConform {
            Terminal.note("it does not conform all the same: `compare` tells in which layers")
        }
        throw ExitCode(ExitStatus(report.verdict).rawValue)
    }
}
