import ArgumentParser
import Detection
import Engines
import Foundation
import JSONTree
import Reporting

extension RuleChange: ExpressibleByArgument {}

struct Detect: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Finds the faces in images.")

    @Argument(help: "The images, JPEG or PNG.")
    var images: [String]

    @OptionGroup var options: DetectorOptions

    @Option(help: ArgumentHelp("Write the faces to this file, in the form of the gold files.", valueName: "file"))
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Depart from OpenFace's rules here, as another detector may; see the README. May be repeated.",
            valueName: "rule"))
    var change: [RuleChange] = []

    @Option(help: ArgumentHelp("Write the images with the faces drawn on them to this directory.", valueName: "dir"))
    var draw: String?

    func run() throws {
        if let draw { try makeDirectory(draw) }
        let engine = try options.chosenEngine()
        var detector = options.detector(engine)
        detector.rules = CascadeRules(changes: change)
        // One image that cannot be read does not keep the others from being judged.
        let outcomes = try concurrentMap(images) { [self, detector] path -> Result<DetectedFrame, ImageError> in
            Terminal.progress(path)
            let image: DecodedImage
            do throws(ImageError) {
                image = try DecodedImage(contentsOf: URL(fileURLWithPath: path), maximumPixels: options.maxPixels)
            } catch {
                return .failure(error)
            }
            let faces = try detector.detect(in: image).faces
            if let draw { try write(image.annotated(with: faces), named: path, to: draw) }
            return .success(
                DetectedFrame(
                    file: URL(fileURLWithPath: path).lastPathComponent, width: image.width, height: image.height,
                    faces: faces))
        }
        var frames = [DetectedFrame]()
        var failure: ExitStatus?
        for outcome in outcomes {
            do throws(ImageError) {
                frames.append(try outcome.get())
            } catch {
                Terminal.error("\(error)")
                failure = error.exitStatus
            }
        }
        if let json { try write(frames, detector, engine.side, to: json) }
        Terminal.clearProgress()
        print(table(of: frames))
        if let failure { throw ExitCode(failure.rawValue) }
    }

    private func write(_ image: DecodedImage, named path: String, to directory: String) throws {
        let name = URL(fileURLWithPath: path)
        let format = ImageFormat(fileExtension: name.pathExtension) ?? .png
        let target = "\(directory)/\(name.deletingPathExtension().lastPathComponent).\(format == .png ? "png" : "jpg")"
        try writeAtomically(try image.encoded(as: format, file: target), to: target)
    }

    private func write(_ frames: [DetectedFrame], _ detector: FaceDetector, _ side: Side, to path: String) throws {
        let thresholds = detector.scoreThresholds
        let document = DetectionDocument(
            source: ([side.words] + change.map(\.rawValue)).joined(separator: ", "),
            minFaceSize: detector.minimumFaceSize,
            scoreThresholds: [thresholds.proposal, thresholds.refinement, thresholds.output], images: frames)
        try writeAtomically(encoding: document, to: path)
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
        return lines.joined(separator: "\n")
    }
}

extension Float {
    /// A number with a fixed number of decimals, without regard to the locale.
    fileprivate func decimal(places: Int) -> String { String(format: "%.\(places)f", Double(self)) }
}
