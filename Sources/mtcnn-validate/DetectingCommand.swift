import ArgumentParser
import Conformance
import Detection
import Engines
import Reporting
import Validation

/// A command that finds faces. Its groups of options hold no groups themselves: the time that the parser takes to check its
/// own definitions in a debug build grows fivefold with each level.
protocol DetectingCommand: ParsableCommand {
    var cascade: CascadeOptions { get }
    var engines: EngineOptions { get }
    var adapters: AdapterOptions { get }
}

extension DetectingCommand {
    func chosenEngine() throws -> ChosenEngine {
        try chosenEngine(ModelLibrary(cascade.modelsDirectory()))
    }

    func chosenEngine(_ models: ModelLibrary) throws -> ChosenEngine {
        let engine = try engines.networks(of: models, adapters)
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
