import ArgumentParser
import Files
import Foundation
import Reporting

/// How much a run says at its end.
struct ExtentOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Say the verdict alone.")
    var quiet = false

    @Flag(name: .long, help: "List every failure and every known deviation.")
    var verbose = false

    var extent: TerminalSummary.Extent { quiet ? .quiet : verbose ? .verbose : .brief }

    func validate() throws {
        if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }
}

/// Tells how a run ended: on the terminal and, within GitHub Actions, in the job's summary and beside the change.
///
/// - Parameter page: the path of the page that was written, if one was.
func conclude(_ document: Document, page: String? = nil, _ options: ExtentOptions) throws {
    Terminal.clearProgress()
    try Terminal.output(TerminalSummary(document, page: page, extent: options.extent).lines)
    guard let summary = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !summary.isEmpty else { return }
    for line in GitHubAnnotations(document).lines { try Terminal.output(line) }
    try append(Markdown(folds: true).firstScreenText(document), to: summary)
}

/// - Throws: ``Files/FileWritingError``.
private func append(_ text: String, to path: String) throws {
    do {
        if !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(fileURLWithPath: path))
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    } catch {
        throw FileWritingError(path: path)
    }
}
