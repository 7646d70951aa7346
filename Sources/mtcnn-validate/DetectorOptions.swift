import ArgumentParser
import Conformance
import Detection
import Engines

extension ArithmeticName: ExpressibleByArgument {}

/// The options of every command that finds faces.
struct DetectorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The networks: pnet, rnet and onet. Default: the bundled ones.", valueName: "dir"))
    var models: String?

    @Option(
        help: ArgumentHelp(
            "The smallest face to look for, in pixels. Default: what a list of faces says, or 60.", valueName: "n"))
    var minFaceSize: Int?

    @OptionGroup var engineOptions: EngineOptions

    @Option(
        help: """
            The arithmetic that the built-in engine finds faces in, and that float16 packages compute in. The reports \
            fp32_vs_onnx and fp16_vs_fp32 compare those that they name.
            """)
    var arithmetic = ArithmeticName.fp32

    @Option(help: ArgumentHelp("The most pixels an image may have.", valueName: "n"))
    var maxPixels = DecodedImage.defaultMaximumPixels

    @Option(help: ArgumentHelp("The most threads that compute at once. Default: all cores.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
        if let threads { Threads.limit = threads }
        if arithmetic != .fp32, ![.builtin, .auto].contains(engineOptions.engine) {
            throw ValidationError("--arithmetic is the built-in engine's; \(engineOptions.engine.rawValue) has its own")
        }
    }

    func modelsDirectory() throws -> String { try models ?? bundled("Fixtures/models") }

    func chosenEngine() throws -> ChosenEngine {
        try engineOptions.networks(of: modelsDirectory(), arithmetic: arithmetic)
    }

    func detector(_ engine: ChosenEngine) -> FaceDetector {
        FaceDetector(networks: engine.networks, minimumFaceSize: minFaceSize ?? 60)
    }
}
