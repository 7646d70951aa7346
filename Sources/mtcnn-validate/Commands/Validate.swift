import ArgumentParser
import Conformance
import Diagnosis
import Engines
import FaceConformance
import Foundation
import Reporting
import Tensors
import Validation

struct Validate: DetectingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes every comparison and writes the reports (the default command).",
        discussion: """
            Of networks that fail in fp32_vs_onnx without being listed, it also finds out what was done wrong, as compare \
            does. A shard is not judged, and so not explained, nor is what merge makes of shards: compare explains a \
            model and a capture.
            """)

    @Option(help: ArgumentHelp("The directory to write the reports to.", valueName: "dir"))
    var report = "out"

    @OptionGroup var cascade: CascadeOptions

    @OptionGroup var engines: EngineOptions

    @OptionGroup var adapters: AdapterOptions

    @OptionGroup var memory: MemoryOptions

    @Option(
        help: ArgumentHelp(
            "Captures of outside engines, each named as its model is: yours are what is judged. Default: the bundled ones, "
                + "against which the built-in engine is.", valueName: "dir"))
    var captures: String?

    @Option(help: ArgumentHelp("The frames to find faces in. Default: the bundled ones.", valueName: "dir"))
    var frames: String?

    @Option(
        help: ArgumentHelp(
            "Take these frames of the directory alone: a file with a path relative to it on each line. With --shard, they "
                + "are the shard's own part: the lists of all shards make up the run's frames, and so do their --gold.",
            valueName: "file"))
    var frameList: String?

    @Option(
        help: ArgumentHelp(
            "Another detector's faces, as JSON or CSV; may be given several times. Default: the bundled gold.",
            valueName: "file"))
    var gold: [String] = []

    @Option(help: "Make this report alone; may be given several times.")
    var only: [ReportChoice] = []

    @OptionGroup var tasks: TaskOptions

    @OptionGroup var listed: DeviationOptions

    @Option(
        help: ArgumentHelp(
            "Make only the I-th of N parts of every comparison, to be put together by `merge`.", valueName: "I/N"))
    var shard: Shard?

    @Flag(help: "Compare the networks' outputs alone, not their layers.")
    var outputsOnly = false

    @Flag(
        help: ArgumentHelp(
            "Write what was measured on every frame to frames.ndjson.gz, too. The reports list all frames if these are at "
                + "most \(UnjudgedFrames.most), else those that depart most."))
    var allFrames = false

    @OptionGroup var diagnosed: DiagnosisOptions

    @OptionGroup var told: ExtentOptions

    func validate() throws {
        if shard != nil, listed.strict || listed.deviations != nil || listed.writeDeviations != nil {
            throw ValidationError(
                "--strict, --deviations and --write-deviations are for merge, which judges; a shard is not judged")
        }
        if frameList != nil, frames == nil {
            throw ValidationError("--frame-list names frames of a directory, which --frames gives")
        }
        if shard != nil, !tasks.requirements.programs.isEmpty {
            throw ValidationError("command:PROGRAM reads whole captures; a shard holds a part of each")
        }
    }

    func run() throws {
        try makeDirectory(report)
        try RunOutputs.expect(ReportSet.files(in: report))
        try RunOutputs.expect(file: listed.writeDeviations)
        let models = try ModelLibrary(cascade.modelsDirectory())
        let recordings = try CaptureLibrary(capturesDirectory())
        let missing = try models.missingFaceNetworks
        let selection = try ReportSelection(
            only, missing: missing, beside: missing.isEmpty ? try networksBesideCascade(models, recordings) : [],
            limitsAnswers: tasks.areLimited)
        guard missing.isEmpty || engines.engine == .builtin else {
            throw CommandError(
                .noInput,
                "--engine runs the face networks, and \(models.directory) holds no "
                    + "\(missing.joined(separator: ", ")); `compare --engine` takes one model")
        }
        let engine = missing.isEmpty ? try chosenEngine(models) : nil
        let bundledReports = bundledReports(engine)
        let known = try listed.knownDeviations(ofBundled: bundledReports, of: selection.made)
        let progress = RunProgress()
        let log = try allFrames ? WrittenFrameLog(for: report) : nil
        var made = [any Report]()
        if selection.makes(LayerReport.self) {
            made.append(try layerReport(models, recordings, engine, known, progress))
        }
        FreedMemory.giveBack()
        let detections = KnownDetections()
        if selection.makes(PrecisionReport.self) {
            let isOneCascade = engine?.outside == nil && engines.arithmetic == .fp32 && engines.layout == nil
            let asksAgain = isOneCascade && selection.makes(DetectionReport.self)
            made.append(try precisionReport(models, recordings, known, asksAgain ? detections : nil, log, progress))
        }
        if selection.makes(DetectionReport.self), let engine {
            made.append(try detectionReport(engine, known, detections, log, progress))
        }
        try log?.finish()
        FreedMemory.giveBack()
        let reports = ReportSet(made, leftOut: selection.leftOut, frameLog: log)
        let pictures = try FramePicture.all(
            of: Document.filesShown(by: reports.document(pictures: []).sections), in: framesDirectory(),
            list: frameList, as: cascade.reading)
        Terminal.clearProgress()
        if let shard {
            let run = try description(engine, selection, bundledReports)
            try reports.write(
                asShard: shard, of: run, frames: ownFramesDigest(), pictures: pictures,
                to: report)
        } else {
            let document = reports.document(pictures: pictures)
            try reports.write(document, to: report)
            try listed.writeDraft(of: made)
            try conclude(document, page: ReportSet.page(in: report), told)
            throw ExitCode(reports.exitStatus.rawValue)
        }
    }

    private var programs: ProgramTasks { tasks.programs(within: adapters.engineTimeout) }

    /// The networks that are none of the cascade's and have a capture.
    private func networksBesideCascade(_ models: ModelLibrary, _ recordings: CaptureLibrary) throws -> [String] {
        let captured = Set(try recordings.paths)
        return try models.otherNetworks.filter { captured.contains("\($0).h5") }
    }

    private func framesDirectory() throws -> String { try frames ?? bundled("Fixtures/frames") }

    /// The SHA-256 of the names of a shard's own frames; nil if it has none of its own.
    private func ownFramesDigest() throws -> String? {
        guard frameList != nil else { return nil }
        let files = try FrameDirectory(framesDirectory(), list: frameList).files
        return files.isEmpty ? nil : sha256Hex(Array(files.joined(separator: "\n").utf8))
    }

    private func capturesDirectory() throws -> String { try captures ?? bundled("Fixtures/captures") }

    /// The reports that compare nothing but what comes with the package, or copies of it.
    private func bundledReports(_ engine: ChosenEngine?) -> [String] {
        let models = isBundled(cascade.models, "models")
        let captures = isBundled(captures, "captures")
        let frames = isBundled(frames, "frames") && frameList == nil
        let isBuiltIn = engine?.outside == nil
        let isOpenFace = cascade.departure == nil
        var reports = [String]()
        if models, captures, isBuiltIn { reports.append(LayerReport.name) }
        if models, captures, frames, cascade.minimumFaceSize == 60, isOpenFace {
            reports.append(PrecisionReport.name)
        }
        if models, frames, isBuiltIn, gold.isEmpty, cascade.minFaceSize == nil, engines.arithmetic == .fp32,
            isOpenFace
        {
            reports.append(DetectionReport.name)
        }
        return reports
    }

    /// Whether a directory is what comes with the package under a name, or a copy of it.
    private func isBundled(_ path: String?, _ name: String) -> Bool {
        guard let path else { return true }
        return (try? bundled("Fixtures/\(name)")).map { holdsCopies(path, of: $0) } ?? false
    }

    private func goldFiles() throws -> [String] {
        try gold.isEmpty ? BundledGold.files.map { try bundled("Fixtures/gold/\($0)") } : gold
    }

    /// What the shards of this run have in common.
    private func description(
        _ engine: ChosenEngine?, _ selection: ReportSelection, _ bundledReports: [String]
    ) throws -> RunDescription {
        var directories: [(name: String, path: String)] = [
            ("models", try cascade.modelsDirectory()), ("captures", try capturesDirectory()),
        ]
        // Frames and lists of faces that are a shard's own are no other's.
        let isWhole = frameList == nil
        if isWhole { directories.append(("frames", try framesDirectory())) }
        return try RunDescription(
            directories: directories, golds: isWhole ? goldFiles() : [],
            options: [
                ("engine", (engine?.side ?? LayerMeasurement.builtIn).words),
                ("arithmetic", engines.arithmetic.rawValue),
                ("layout", engines.layout?.rawValue ?? "as the files say"), ("version", version),
                ("outputs-only", "\(outputsOnly)"), ("max-pixels", "\(cascade.maxPixels)"),
                ("ignore-orientation", "\(cascade.ignoreOrientation)"),
                ("frame-list", isWhole ? "none" : "each shard's own"), ("all-frames", "\(allFrames)"),
                ("min-face-size", cascade.minFaceSize.map { "\($0)" } ?? "as the lists of faces say"),
            ], reports: selection.made.map { $0.name }, leftOut: selection.leftOut, bundledReports: bundledReports)
    }

    private func layerReport(
        _ models: ModelLibrary, _ recordings: CaptureLibrary, _ engine: ChosenEngine?, _ known: KnownDeviations,
        _ run: RunProgress
    ) throws -> LayerReport {
        let progress = run.part(LayerReport.name, share: 0.3, steps: try recordings.paths.count)
        let outside = engine?.outside
        let measured = try LayerMeasurement(
            models: models, captures: recordings,
            computing: engine.flatMap { $0.outside == nil ? nil : $0.side } ?? LayerMeasurement.builtIn,
            engine: { try outside?($0, $1) ?? $0.engine(.fp32, for: $1) },
            judging: outside == nil && !isBundled(captures, "captures") ? .recording : .engine,
            outputsOnly: outputsOnly, tasks: tasks.requirements.metrics, programs: programs, shard: shard ?? .whole
        ) { progress($0, step: String($0.prefix { $0 != "," })) }
        let report = LayerReport(measured, tasks: tasks.requirements, deviations: known[LayerReport.self])
        guard shard == nil, !diagnosed.isLeftOut else { return report }
        return try report.explained { network in
            do {
                return try Diagnosis(
                    of: network, in: models, recordedIn: recordings, computedBy: outside
                ) { Terminal.progress("\(network): \($0)") }
            } catch let error as AlignmentError {
                Terminal.note("\(network): what was done wrong was not looked for: \(error)")
                return nil
            }
        }
    }

    private func detectionReport(
        _ engine: ChosenEngine, _ known: KnownDeviations, _ detections: KnownDetections, _ log: WrittenFrameLog?,
        _ run: RunProgress
    ) throws -> DetectionReport {
        let frames = try FrameDirectory(framesDirectory(), list: frameList).files.count
        let progress = run.part(DetectionReport.name, share: 0.3, steps: try goldFiles().count * frames)
        let measured = try DetectionMeasurement(
            golds: goldFiles(), frames: framesDirectory(), frameList: frameList, detector: detector(engine),
            minimumFaceSize: cascade.minFaceSize, scoreThresholds: cascade.askedThresholds,
            candidate: engine.side, reading: cascade.reading, shard: shard ?? .whole, known: detections, log: log?.log
        ) { progress($0) }
        return DetectionReport(measured, deviations: known[DetectionReport.self])
    }

    private func precisionReport(
        _ models: ModelLibrary, _ recordings: CaptureLibrary, _ known: KnownDeviations,
        _ detections: KnownDetections?, _ log: WrittenFrameLog?, _ run: RunProgress
    ) throws -> PrecisionReport {
        let isCascade = try models.missingFaceNetworks.isEmpty
        let frames = try isCascade ? FrameDirectory(framesDirectory(), list: frameList).files.count : 0
        let progress = run.part(
            PrecisionReport.name, share: 0.4, steps: PrecisionMeasurement.arithmetics.count * 3 + frames)
        let measured = try PrecisionMeasurement(
            models: models, captures: recordings,
            frames: framesDirectory(), frameList: frameList, minimumFaceSize: cascade.minimumFaceSize,
            rules: cascade.cascadeRules, reading: cascade.reading,
            packageArithmetic: engines.arithmetic, tasks: tasks.requirements.metrics, programs: programs,
            judgesOthers: tasks.areLimited, shard: shard ?? .whole, known: detections, log: log?.log
        ) { progress($0) }
        return PrecisionReport(measured, tasks: tasks.requirements, deviations: known[PrecisionReport.self])
    }
}
