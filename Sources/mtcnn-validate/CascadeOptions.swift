import ArgumentParser
import Detection
import Engines

/// The options of every command that runs the cascade.
struct CascadeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The networks: pnet, rnet and onet. Default: the bundled ones.", valueName: "dir"))
    var models: String?

    @Option(
        help: ArgumentHelp(
            "The smallest face to look for, in pixels. Default: what a list of faces says, or "
                + "\(FaceDetector.defaultMinimumFaceSize).", valueName: "n"))
    var minFaceSize: Int?

    @Option(help: ArgumentHelp("The most pixels an image may have.", valueName: "n"))
    var maxPixels = ImageReading.defaultMaximumPixels

    @Flag(
        help: """
            Leave images as their files store them, for detectors that do so. Otherwise they are turned upright as \
            their EXIF orientation says, as OpenCV does.
            """)
    var ignoreOrientation = false

    @OptionGroup var memory: MemoryOptions

    @Option(help: ArgumentHelp("The most threads that compute at once. Default: all cores.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !Threads.possible.contains(threads) {
            throw ValidationError("--threads is a number from 1 to \(Threads.possible.upperBound)")
        }
        if let threads { Threads.limit = threads }
    }

    func modelsDirectory() throws -> String { try models ?? bundled("Fixtures/models") }

    var reading: ImageReading {
        ImageReading(maximumPixels: maxPixels, orientation: ignoreOrientation ? .ignored : .applied)
    }

    /// Where no list of faces says another.
    var minimumFaceSize: Int { minFaceSize ?? FaceDetector.defaultMinimumFaceSize }
}
