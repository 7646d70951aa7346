import Captures
import Foundation
import Tensors

/// What the other commands start to read a capture, which may come from anybody, in a process of its own: this program
/// with the command's name, the most bytes that tensors may take, and the file.
///
/// Nobody types it, and it starts once for each file, so it does without the command line's parser.
struct ReadCapture {
    private static let name = "read-capture"

    private let capture: String
    private let mostBytes: Int

    /// - Parameter arguments: the program's, with its own name.
    /// - Returns: nil if they ask for another command.
    init?(arguments: [String]) {
        guard arguments.count == 4, arguments[1] == Self.name, let mostBytes = Int(arguments[2]) else { return nil }
        self.mostBytes = mostBytes
        capture = arguments[3]
    }

    func run() throws {
        MemoryLimit.bytes = mostBytes
        try serveCapture(capture)
    }

    /// How the other commands read captures.
    static var reading: CaptureReading {
        .inChild(command: [Bundle.main.executablePath ?? CommandLine.arguments[0], name])
    }
}
