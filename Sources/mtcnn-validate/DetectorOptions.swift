import ArgumentParser
import Conformance
import Detection
import Engines

extension ArithmeticName: ExpressibleByArgument {}

/// The options of every command that finds faces.
struct DetectorOptions: ParsableArguments {
    @OptionGroup var cascade: CascadeOptions

    @OptionGroup var engineOptions: EngineOptions

    @Option(
        help: """
            The arithmetic that the built-in engine finds faces in, and that float16 packages compute in. The reports \
            fp32_vs_onnx and fp16_vs_fp32 compare those that they name.
            """)
    var arithmetic = ArithmeticName.fp32

    func validate() throws {
        if arithmetic != .fp32, engineOptions.engine != .builtin {
            throw ValidationError(
                "--arithmetic is the built-in engine's, with --engine builtin; others compute in their own")
        }
    }

    func chosenEngine() throws -> ChosenEngine {
        try engineOptions.networks(of: cascade.modelsDirectory(), arithmetic: arithmetic)
    }

    func detector(_ engine: ChosenEngine) -> FaceDetector {
        FaceDetector(networks: engine.networks, minimumFaceSize: cascade.minimumFaceSize)
    }
}
