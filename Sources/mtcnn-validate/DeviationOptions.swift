import ArgumentParser
import Reporting

/// Which known deviations are let pass.
struct DeviationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The list of known deviations. Default: the bundled one.", valueName: "file"))
    var deviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    func knownDeviations() throws -> KnownDeviations {
        if strict { return KnownDeviations() }
        return try KnownDeviations(contentsOf: deviations ?? bundled("validation/known_deviations.json"))
    }
}
