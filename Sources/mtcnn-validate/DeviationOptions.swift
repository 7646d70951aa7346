import ArgumentParser
import Conformance
import Files
import JSONTree
import Reporting

/// Which known deviations are let pass.
struct DeviationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The list of known deviations. Default: the bundled one, for what comes with the package alone.",
            valueName: "file"))
    var deviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    /// The given list, or the bundled one, whose reasons are about the bundled networks and frames.
    ///
    /// - Parameters:
    ///   - reports: the names of the reports that are about nothing else.
    ///   - made: the reports that are made.
    func knownDeviations(ofBundled reports: [String], of made: [any Report.Type]) throws -> KnownDeviations {
        if strict { return KnownDeviations() }
        if let deviations { return try KnownDeviations(contentsOf: deviations) }
        let list: String
        do {
            list = try bundled("validation/known_deviations.json")
        } catch  where reports.isEmpty {
            // An installed program that judges nothing of the package needs nothing of it.
            return KnownDeviations()
        }
        var known = try KnownDeviations(contentsOf: list)
        for report in allReports where !reports.contains(report.name) && !known[report].isEmpty {
            known[report] = []
            guard made.contains(where: { $0 == report }) else { continue }
            Terminal.note(
                "\(report.name): the bundled list of known deviations is about the bundled networks and frames in the "
                    + "built-in engine, and does not count here; --deviations FILE gives a list")
        }
        return known
    }
}

extension KnownDeviations {
    /// - Throws: ``JSONTree/JSONError``, or ``Files/FileReadingError`` for a file that cannot be read.
    init(contentsOf path: String) throws {
        try self.init(JSON(parsing: try readFile(path), file: path), file: path)
    }
}
