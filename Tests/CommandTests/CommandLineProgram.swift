import Foundation

/// The built program, run as its users run it.
struct CommandLineProgram {
    struct Outcome {
        let exitCode: Int32
        let output: String
        let errors: String
    }

    /// Runs the program to its end; a crash shows as an exit code above 128 or below 0.
    static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    /// Runs a line of the shell in which `"$0" "$@"` is the program with its arguments.
    static func shell(_ script: String, _ arguments: String...) throws -> Outcome {
        try run(["-c", script, try executable().path] + arguments, program: URL(fileURLWithPath: "/bin/sh"))
    }

    /// - Parameters:
    ///   - file: takes the output in place of a pipe.
    ///   - program: another than the built one.
    static func run(_ arguments: [String], output file: String? = nil, program: URL? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = try program ?? executable()
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = file.flatMap { FileHandle(forWritingAtPath: $0) } ?? output
        process.standardError = errors
        try process.run()
        // What is printed is short: it fits the pipes' buffers.
        process.waitUntilExit()
        func text(_ pipe: Pipe) -> String {
            String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        let crashed = process.terminationReason == .uncaughtSignal
        return Outcome(
            exitCode: crashed ? -process.terminationStatus : process.terminationStatus,
            output: file == nil ? text(output) : "",
            errors: text(errors))
    }

    /// The program stands beside the test bundle in the build folder.
    static func executable() throws -> URL {
        let places =
            Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
            + [URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
        for place in places {
            let candidate = place.appendingPathComponent("mtcnn-validate")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        throw CocoaError(.fileNoSuchFile)
    }
}
