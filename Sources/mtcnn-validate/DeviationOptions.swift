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

    @Option(
        help: ArgumentHelp(
            "Write what fails as a list of known deviations, to be justified by hand: an entry without a reason does not "
                + "count.", valueName: "file"))
    var writeDeviations: String?

    @Flag(help: "Ignore the list of known deviations.")
    var strict = false

    /// The given list, or the bundled one, whose reasons are about the bundled networks and frames.
    ///
    /// - Parameters:
    ///   - reports: the names of the reports that are about nothing else.
    ///   - made: the reports that are made.
    func knownDeviations(ofBundled reports: [String], of made: [any Report.Type]) throws -> KnownDeviations {
        if strict { return KnownDeviations() }
        if let deviations {
            let known = try KnownDeviations(contentsOf: deviations)
            if let first = known.unjustified.first {
                Terminal.note(
                    "\(deviations): \(known.unjustified.count) entries have no reason and do not count, such as \(first)"
                )
            }
            return known
        }
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

    /// Writes the draft that is asked for.
    ///
    /// - Throws: ``Files/FileWritingError``.
    func writeDraft(of reports: [any Report]) throws {
        guard let writeDeviations else { return }
        try RunOutputs.write(KnownDeviations.draft(of: reports), to: writeDeviations)
    }
}

extension KnownDeviations {
    /// - Throws: ``JSONTree/JSONError``, or ``Files/FileReadingError`` for a file that cannot be read.
    init(contentsOf path: String) throws {
        try self.init(JSON(parsing: try readFile(path), file: path), file: path)
    }
}
