import Conformance
import Foundation
import Reporting

/// What is said to a person: results on the standard output, all else on the standard error stream. Nothing in it is
/// obeyed by the terminal, whatever names it holds.
enum Terminal {
    private static let isInteractive = isatty(2) != 0

    /// Before any file is opened: a stream that is closed stays so and is no file's, and a reader that has gone or a
    /// limit on a file's size is an error as any other.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest number that is free, and so this one. What is open for reading alone takes nothing.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Prints a result to the standard output.
    ///
    /// - Throws: ``CommandError`` where nobody takes it, as on a full disk.
    static func output(_ text: String) throws { try write(toOutput: text.shownLines) }

    /// Prints lines, those with a verdict in its colour where a person looks on who has not set NO_COLOR
    /// (https://no-color.org).
    ///
    /// - Throws: as ``output(_:)-(String)``.
    static func output(_ lines: [TerminalSummary.Line]) throws {
        let environment = ProcessInfo.processInfo.environment
        let isColoured =
            isatty(STDOUT_FILENO) != 0 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        let texts = lines.map { line in
            let text = line.text.shownLine
            guard isColoured, let verdict = line.verdict else { return text }
            return "\u{1B}[\(verdict.colour)m\(text)\u{1B}[0m"
        }
        try write(toOutput: texts.joined(separator: "\n"))
    }

    private static func write(toOutput text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
        } catch {
            throw CommandError(.cannotWrite, "the standard output cannot be written")
        }
    }

    static func error(_ message: String) {
        clearProgress()
        write("mtcnn-validate: \(message.shownLine)\n")
    }

    /// Prints a note: something to know that is not an error.
    static func note(_ message: String) {
        clearProgress()
        write("\(message.shownLine)\n")
    }

    /// Shows the current step in place of the last one; nothing if the output is not a terminal.
    static func progress(_ message: String) {
        if isInteractive { write("\r\u{1B}[K\(message.shownLine.prefix(78))") }
    }

    static func clearProgress() {
        if isInteractive { write("\r\u{1B}[K") }
    }

    /// What nobody can take, as on a full disk, is lost: it decides nothing.
    private static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}

extension Verdict {
    /// The number of the colour that a terminal shows it in: green, yellow or red.
    fileprivate var colour: Int {
        switch self {
        case .conforms, .conformsWithKnownDeviations: 32
        case .notJudged: 33
        case .doesNotConform: 31
        }
    }
}
