import ArgumentParser
import Conformance
import Detection
import Engines
import Reporting
import Validation

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
        try chosenEngine(ModelLibrary(cascade.modelsDirectory()))
    }

    func chosenEngine(_ models: ModelLibrary) throws -> ChosenEngine {
        let engine = try engineOptions.networks(of: models, arithmetic: arithmetic)
        guard let departure = cascade.departure else { return engine }
        let side = Side(
            engine: "\(engine.side.engine), \(departure),", engineVersion: engine.side.engineVersion,
            arithmetic: engine.side.arithmetic)
        return ChosenEngine(side: side, networks: engine.networks, outside: engine.outside)
    }

    func detector(_ engine: ChosenEngine) -> FaceDetector {
        FaceDetector(
            networks: engine.networks, rules: cascade.cascadeRules, minimumFaceSize: cascade.minimumFaceSize)
    }
}
