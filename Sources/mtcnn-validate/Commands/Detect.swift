import ArgumentParser
import Conformance
import Detection
import Engines
import Files
import Foundation
import JSONTree
import Reporting

struct Detect: DetectingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the faces in images.",
        discussion: NamedRuleChanges.help)

    @Argument(help: "The images, JPEG or PNG.")
    var images: [String] = []

    @Flag(help: "Print a table of every rule and its value for each detector that --rules takes, and find nothing.")
    var listRules = false

    @OptionGroup var cascade: CascadeOptions

    @OptionGroup var engines: EngineOptions

    @OptionGroup var adapters: AdapterOptions

    @OptionGroup var memory: MemoryOptions

    @Option(help: ArgumentHelp("Write the faces to this file, in the form of the gold files.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Write the images with the faces drawn on them to this directory.", valueName: "dir"))
    var draw: String?

    func validate() throws {
        if images.isEmpty, !listRules { throw ValidationError("name at least one image") }
    }

    func run() throws {
        if listRules { return try Terminal.output(NamedRuleChanges.table) }
        try refuseClashes()
        if let draw {
            try makeDirectory(draw)
            let names = images.map { URL(fileURLWithPath: drawing(of: $0, in: draw).path).lastPathComponent }
            try RunOutputs.expect(files: names, in: draw)
        }
        try RunOutputs.expect(file: json)
        let engine = try chosenEngine()
        let detector = detector(engine)
        // One image that cannot be read does not keep the others from being judged.
        let outcomes = try concurrentMap(images) { [self, detector] path -> Result<Answer, ImageError> in
            Terminal.progress(path)
            let image: DecodedImage
            do throws(ImageError) {
                image = try DecodedImage(
                    contentsOf: URL(fileURLWithPath: path), as: cascade.reading)
            } catch {
                return .failure(error)
            }
            let record = try detector.detect(in: image)
            let faces = record.faces
            if let draw { try write(image.annotated(with: faces), named: path, to: draw) }
            let frame = DetectedFrame(
                file: URL(fileURLWithPath: path).lastPathComponent, width: image.width, height: image.height,
                faces: faces)
            return .success(Answer(frame: frame, unpairedScores: record.unpairedScores))
        }
        var answers = [Answer]()
        var failure: ExitStatus?
        for outcome in outcomes {
            do throws(ImageError) {
                answers.append(try outcome.get())
            } catch {
                Terminal.error("\(error)")
                failure = error.exitStatus
            }
        }
        let frames = answers.map(\.frame)
        for unpaired in answers.flatMap(\.unpairedScores).furthestByNetwork { Terminal.note("warning: \(unpaired)") }
        if let json { try write(frames, detector, engine.side, to: json) }
        Terminal.clearProgress()
        try Terminal.output(table(of: frames))
        if let failure { throw ExitCode(failure.rawValue) }
    }

    private struct Answer: Sendable {
        let frame: DetectedFrame
        let unpairedScores: [UnpairedScores]
    }

    /// Nothing is written over an image, nor twice under one name.
    private func refuseClashes() throws {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let read = Set(images.map(resolved))
        var written = [String: String]()
        for image in images {
            if json != nil || draw != nil,
                let other = written.updateValue(image, forKey: URL(fileURLWithPath: image).lastPathComponent)
            {
                throw CommandError(.usage, "\(other) and \(image) have one name, under which only one can be written")
            }
        }
        let drawings = images.compactMap { image in draw.map { drawing(of: image, in: $0).path } }
        let targets = drawings + [json].compactMap { $0 }
        for target in targets where read.contains(resolved(target)) {
            throw CommandError(.usage, "\(target) is one of the images, and would be written over")
        }
        guard Set(targets).count == targets.count else {
            throw CommandError(.usage, "two images would be drawn under one name")
        }
    }

    /// Where an image is drawn.
    private func drawing(of image: String, in directory: String) -> (path: String, format: ImageFormat) {
        let name = URL(fileURLWithPath: image)
        let format = ImageFormat(fileExtension: name.pathExtension) ?? .png
        let fileExtension = format == .png ? "png" : "jpg"
        return ("\(directory)/\(name.deletingPathExtension().lastPathComponent).\(fileExtension)", format)
    }

    private func write(_ image: DecodedImage, named path: String, to directory: String) throws {
        let (target, format) = drawing(of: path, in: directory)
        try writeAtomically(try image.encoded(as: format, file: target), to: target)
        RunOutputs.written(target)
    }

    private func write(_ frames: [DetectedFrame], _ detector: FaceDetector, _ side: Side, to path: String) throws {
        let document = DetectionDocument(
            source: side.words,
            minFaceSize: detector.minimumFaceSize,
            scoreThresholds: detector.scoreThresholds, images: frames)
        try RunOutputs.write(document, to: path)
    }

    private func table(of frames: [DetectedFrame]) -> String {
        var lines = [String]()
        for frame in frames {
            lines.append("\(frame.file): \(frame.faces.count) \(frame.faces.count == 1 ? "face" : "faces")")
            for face in frame.faces {
                let numbers = [face.box.x, face.box.y, face.box.width, face.box.height].map { $0.decimal(places: 2) }
                lines.append(
                    "  x \(numbers[0])  y \(numbers[1])  width \(numbers[2])  height \(numbers[3])"
                        + "  confidence \(face.confidence.map { $0.decimal(places: 6) } ?? "-")")
                let points = face.landmarks.map { "(\($0.x.decimal(places: 1)), \($0.y.decimal(places: 1)))" }
                lines.append("  landmarks \(points.joined(separator: " "))")
            }
        }
        return lines.map(\.shownLine).joined(separator: "\n")
    }
}

extension Float {
    /// A number with a fixed number of decimals, without regard to the locale.
    fileprivate func decimal(places: Int) -> String { String(format: "%.\(places)f", Double(self)) }
}
