import ArgumentParser
import Foundation
import OutsideEngines

/// How the adapters of outside engines are started.
struct AdapterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The Python that has the outside engine. Default: .venv/bin/python, or else python3.", valueName: "program")
    )
    var python: String?

    @Option(
        help: ArgumentHelp(
            "The longest that an outside engine may take for a request; to load a model, twice as long.",
            valueName: "seconds"))
    var engineTimeout = 60.0

    @Option(
        help: ArgumentHelp(
            "The adapter, started as PYTHON FILE ENGINE. Default: validation/engine_adapter.py.", valueName: "file"))
    var engineAdapter: String?

    func validate() throws {
        if !(engineTimeout > 0 && engineTimeout.isFinite) {
            throw ValidationError("--engine-timeout is a number of seconds above 0")
        }
    }

    /// What starts the adapter of an engine.
    ///
    /// - Throws: ``CommandError`` where the bundled adapter is not found.
    func adapter(_ engine: String) throws -> Adapter {
        Adapter(
            name: engine,
            command: [interpreter, try engineAdapter ?? bundled("validation/engine_adapter.py"), engine],
            secondsToLoad: 2 * engineTimeout, secondsToAnswer: engineTimeout)
    }

    var interpreter: String {
        if let python { return python }
        let own = (try? bundled(".venv/bin/python")) ?? ".venv/bin/python"
        return [".venv/bin/python", own].first(where: FileManager.default.isExecutableFile) ?? "python3"
    }
}
