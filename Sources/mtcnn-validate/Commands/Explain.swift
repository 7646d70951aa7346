import ArgumentParser
import Conformance
import Detection
import Foundation
import JSONTree
import Reporting

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Tells how a list of faces is written, which detector's rules it follows, and where it departs from them.")

    @Option(help: ArgumentHelp("The other detector's faces, as JSON or CSV.", valueName: "file"))
    var gold: String

    @Option(help: ArgumentHelp("The frames that they were found in. Default: the bundled ones.", valueName: "dir"))
    var frames: String?

    @OptionGroup var options: DetectorOptions

    @Option(help: ArgumentHelp("Write the attribution to this file.", valueName: "file"))
    var json: String?

    func run() throws {
        try refuseWriting(over: [gold], to: json)
        try RunOutputs.expect(file: json)
        let document = try DetectionDocument(contentsOf: URL(fileURLWithPath: gold))
        let directory = try FrameDirectory(frames ?? bundled("Fixtures/frames"))
        var present = [DetectedFrame]()
        var missing = [String]()
        for (file, var frame) in try directory.frames(of: document, named: gold) {
            guard let file else {
                missing.append(frame.file)
                continue
            }
            frame.file = file
            present.append(frame)
        }
        if !missing.isEmpty {
            Terminal.note(
                "\(missing.count) of the \(document.images.count) frames that \(gold) names are not in \(directory.path) "
                    + "and are left out: \(missing.firstFew)")
        }
        var detector = options.detector(try options.chosenEngine())
        if let thresholds = options.cascade.askedThresholds ?? document.scoreThresholds {
            detector.scoreThresholds = thresholds
        }
        detector.minimumFaceSize = options.cascade.minFaceSize ?? document.minFaceSize ?? detector.minimumFaceSize
        let attribution = try Attribution(
            frames: present, detector: detector, families: options.cascade.familiesToTry
        ) { [reading = options.cascade.reading] frame in
            Terminal.progress("\(frame.file)")
            return try DecodedImage(contentsOf: directory.url(of: frame.file), as: reading)
        }
        if let json { try RunOutputs.write(attribution, to: json) }
        Terminal.clearProgress()
        try Terminal.output(attribution.markdown)
    }
}
