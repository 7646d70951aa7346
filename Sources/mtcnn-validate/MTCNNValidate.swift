import ArgumentParser
import Foundation

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
        subcommands: [
            Validate.self, Merge.self, Detect.self, Bench.self, Explain.self, Run.self, Compare.self, Inspect.self,
            Convert.self,
            Plan.self, CheckReport.self,
        ],
        defaultSubcommand: Validate.self)

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as any ExitStatusError {
            Terminal.error("\(error)")
            Foundation.exit(error.exitStatus.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}
