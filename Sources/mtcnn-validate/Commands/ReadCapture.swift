import ArgumentParser
import Captures
import Foundation

/// What the other commands start to read a capture, which may come from anybody, in a process of its own.
struct ReadCapture: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read-capture", abstract: "Reads a capture for another process of this program.",
        shouldDisplay: false)

    @OptionGroup var memory: MemoryOptions

    @Argument(help: "The capture.")
    var capture: String

    func run() throws {
        try serveCapture(capture)
    }

    /// How the other commands read captures.
    static var reading: CaptureReading {
        .inChild(command: [Bundle.main.executablePath ?? CommandLine.arguments[0], configuration.commandName ?? ""])
    }
}
