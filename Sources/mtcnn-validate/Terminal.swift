import Foundation
import Reporting

/// What is said to a person: results on the standard output, all else on the standard error stream. Nothing in it is
/// obeyed by the terminal, whatever names it holds.
enum Terminal {
    private static let isInteractive = isatty(2) != 0

    /// Prints a result to the standard output.
    ///
    /// - Throws: ``CommandError`` where nobody takes it, as on a full disk.
    static func output(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data("\(text.shownLines)\n".utf8))
        } catch {
            throw CommandError(.cannotWrite, "the standard output cannot be written")
        }
    }

    static func error(_ message: String) {
        clearProgress()
        write("mtcnn-validate: \(message.shownLine)\n")
    }

    /// Says what a person should know though it is no error.
    static func note(_ message: String) {
        clearProgress()
        write("\(message.shownLine)\n")
    }

    /// Shows what is being done, in place of what was shown before; nothing unless a person looks on.
    static func progress(_ message: String) {
        if isInteractive { write("\r\u{1B}[K\(message.shownLine.prefix(78))") }
    }

    static func clearProgress() {
        if isInteractive { write("\r\u{1B}[K") }
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
