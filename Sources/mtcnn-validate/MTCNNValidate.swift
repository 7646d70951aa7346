import ArgumentParser
import Captures
import Foundation
import Validation

/// The command line: it parses, calls, and turns what comes back into an exit code.
@main
struct MTCNNValidate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mtcnn-validate",
        abstract: "Tells whether converted MTCNN face networks still compute the same thing.",
        discussion: """
            Exit codes: 0 conforms, 1 does not conform, 2 could not be judged, 64 wrong usage, 65 bad data, \
            66 no such input, 70 internal failure, 73 cannot write.
            """,
        version: version,
        subcommands: [
            Validate.self, Merge.self, Detect.self, Bench.self, Explain.self, Run.self, Compare.self, Inspect.self,
            Convert.self,
            Plan.self, CheckReport.self,
        ],
        defaultSubcommand: Validate.self)

    static func main() {
        FreedMemory.keep()
        Terminal.prepare()
        Interrupts.endRun()
        CaptureReading.standard = ReadCapture.reading
        do {
            if let reading = ReadCapture(arguments: CommandLine.arguments) {
                try reading.run()
            } else {
                var command = try parseAsRoot()
                try command.run()
            }
            RunOutputs.end()
        } catch {
            RunOutputs.end()
            guard let status = exitStatus(of: error) else { exit(withError: error) }
            Terminal.error("\(error)")
            Foundation.exit(status.rawValue)
        }
    }

    /// Maps an error to an exit status; nil for errors of the argument parser, which reports them itself. One that nobody
    /// foresaw is a failure of the program: the parser would give it 1, which is a verdict here.
    static func exitStatus(of error: any Error) -> ExitStatus? {
        if let error = error as? any ExitStatusError { return error.exitStatus }
        return error is ExitCode || exitCode(for: error) != .failure ? nil : .internalFailure
    }
}
