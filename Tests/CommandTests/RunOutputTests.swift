import Detection
import Foundation
import TestSupport
import Tensors
import Testing

/// What stands where a run was to write when it has ended in any way.
@Suite struct RunOutputTests {
    let pnet = fixtures.appendingPathComponent("models/pnet.onnx").path
    let models = fixtures.appendingPathComponent("models").path
    private static let reports = [
        "cpp_vs_reference.json", "fp16_vs_fp32.json", "fp32_vs_onnx.json", "junit.xml", "report.html", "summary.md",
    ]

    private func write(_ bytes: some Sequence<UInt8>, _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    /// An input of PNet.
    private func input(_ directory: String, extent: Int = 14) throws -> String {
        var random = RandomNumbers(seed: 1)
        try write(
            AnyTensor.float32(random.floats([1, extent, extent, 3], in: -1...1)).npy, "\(directory)/x.npy")
        return "\(directory)/x.npy"
    }

    /// The arguments of a `validate` of one small frame; there are no captures.
    private func validate(_ directory: String) throws -> [String] {
        try write("file,x,y,width,height\nsmall.png,,,,\n".utf8, "\(directory)/gold.csv")
        let image = DecodedImage(width: 30, height: 20, pixels: [UInt8](repeating: 90, count: 1800))
        for folder in ["frames", "captures", "out"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
        }
        try write(image.encoded(as: .png, file: "small.png"), "\(directory)/frames/small.png")
        return [
            "--models", models, "--captures", "\(directory)/captures", "--frames", "\(directory)/frames", "--gold",
            "\(directory)/gold.csv", "--report", "\(directory)/out",
        ]
    }

    /// The same with a recording of PNet, so that there is something to report.
    private func validateRecorded(_ directory: String) throws -> [String] {
        let arguments = try validate(directory)
        let recorded = try CommandLineProgram.run(
            "run", pnet, "--input", try input(directory), "--output", "\(directory)/captures/pnet.h5")
        #expect(recorded.exitCode == 0, "\(recorded.errors)")
        return arguments
    }

    @Test("A run that ends in an error leaves no older report, and nothing of others is touched")
    func olderReports() throws {
        try withTemporaryDirectory { directory in
            let arguments = try validate(directory)
            for name in Self.reports + ["shard.json", "notes.txt"] { try write("old".utf8, "\(directory)/out/\(name)") }
            #expect(try CommandLineProgram.run(arguments).exitCode == 2)
            #expect(try names("\(directory)/out") == ["notes.txt"])
        }
    }

    @Test("Within GitHub Actions the first screen goes to the job's summary, and what was not judged is a warning")
    func stepSummary() throws {
        try withTemporaryDirectory { directory in
            let summary = "\(directory)/step.md"
            try write("before\n".utf8, summary)
            let program = try CommandLineProgram.executable().path
            let run = try CommandLineProgram.run(
                ["GITHUB_STEP_SUMMARY=\(summary)", program] + validateRecorded(directory),
                program: URL(fileURLWithPath: "/usr/bin/env"))
            // In float16 PNet does not keep the limits that are requested; RNet was not recorded.
            #expect(run.exitCode == 1 && run.output.contains("\n::error title="), "\(run.output)")
            #expect(run.output.contains("::warning title=Not judged::"), "\(run.output)")
            let text = try String(contentsOfFile: summary, encoding: .utf8)
            #expect(text.hasPrefix("before\n# Conformance: does not conform\n") && text.contains("### Not judged"))
            #expect(!text.contains("layer by layer: "))
        }
    }

    @Test("A run says its verdict quietly in one line, and else in 25 at most, the page's path the last of them")
    func extent() throws {
        try withTemporaryDirectory { directory in
            let arguments = try validateRecorded(directory)
            let lines = try CommandLineProgram.run(arguments).output.split(separator: "\n")
            #expect(lines.count <= 25 && lines.last == "The page: \(directory)/out/report.html")
            #expect(try CommandLineProgram.run(arguments + ["--quiet"]).output.split(separator: "\n").count == 1)
            #expect(try CommandLineProgram.run(arguments + ["--quiet", "--verbose"]).exitCode == 64)
        }
    }

    @Test("An older file of --json or --output is taken away by a run that ends in an error")
    func olderFiles() throws {
        try withTemporaryDirectory { directory in
            let json = "\(directory)/old.json"
            let none = "\(directory)/none"
            for arguments in [
                ["compare", none, none, "--json", json], ["explain", "--gold", none, "--json", json],
                ["plan", "--require", "mean_iou=0.5", "--frames", none, "--json", json],
                ["bench", "--frames", none, "--json", json], ["detect", none, "--models", none, "--json", json],
                ["run", none, "--output", json],
            ] {
                try write("{\"verdict\": \"conforms\"}".utf8, json)
                let run = try CommandLineProgram.run(arguments)
                #expect(run.exitCode == 66, "\(arguments): \(run.errors)")
                #expect(!FileManager.default.fileExists(atPath: json), "\(arguments)")
            }
            #expect(try names(directory) == [])
        }
    }

    @Test("What is read is not written over, nor taken away")
    func inputs() throws {
        try withTemporaryDirectory { directory in
            let file = try input(directory)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            for arguments in [
                ["compare", file, "\(directory)/none", "--json", file], ["explain", "--gold", file, "--json", file],
                ["run", pnet, "--input", "input_1=\(file)", "--output", "\(directory)/./x.npy"],
            ] {
                #expect(try CommandLineProgram.run(arguments).exitCode == 64, "\(arguments)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
            }
            try FileManager.default.createDirectory(atPath: "\(directory)/s", withIntermediateDirectories: false)
            #expect(try CommandLineProgram.run("merge", "\(directory)/s", "--report", "\(directory)/s/").exitCode == 64)
        }
    }

    @Test("What cannot be written is said before anything is computed")
    func unwritable() throws {
        try withTemporaryDirectory { directory in
            // Were the model read first, that would be 66.
            for output in ["/nonexistent/a.h5", directory] {
                let run = try CommandLineProgram.run("run", "\(directory)/none", "--output", output)
                #expect(run.exitCode == 73 && run.errors.contains(output), "\(run.errors)")
            }
        }
    }

    @Test("A file that does not fit is an error; the older one is gone, and nothing half is left")
    func noRoom() throws {
        try withTemporaryDirectory { directory in
            let file = try input(directory, extent: 100)
            try write("old".utf8, "\(directory)/a.h5")
            let run = try CommandLineProgram.shell(
                "ulimit -f 8; exec \"$0\" \"$@\"", "run", pnet, "--input", file, "--output", "\(directory)/a.h5")
            #expect(run.exitCode == 73, "\(run.errors)")
            #expect(run.errors.contains("a.h5") && !run.errors.contains("time ="), "\(run.errors)")
            #expect(try names(directory) == ["x.npy"])
        }
    }

    @Test("A run that is interrupted ends by the signal, says so, and leaves neither older reports nor half new ones")
    func interrupted() throws {
        // Whoever started the tests may have hang-ups ignored, as nohup does, and the program would inherit that.
        let before = signal(SIGHUP, SIG_DFL)
        defer { signal(SIGHUP, before) }
        try withTemporaryDirectory { directory in
            // What the pipe does not hold the program has begun to read, and waits for the rest.
            let script = """
                { head -c 300000 /dev/zero; touch started; exec sleep 3; } 2>/dev/null | "$0" "$@" &
                until [ -e started ]; do sleep 0.05; done
                rm started; kill -$NAME $!; wait $!
                """
            for (name, number) in [("HUP", SIGHUP), ("TERM", SIGTERM)] {
                try write("old".utf8, "\(directory)/a.h5")
                let run = try CommandLineProgram.shell(
                    "cd '\(directory)'; NAME=\(name); \(script)", "run", pnet, "--input", "/dev/stdin", "--output",
                    "\(directory)/a.h5")
                #expect(run.exitCode == 128 + number && run.errors.contains("interrupted"), "\(run.errors)")
                #expect(try names(directory) == [])
            }
        }
    }

    @Test("A standard error stream that nobody can take decides nothing; nor does one that is closed")
    func errorStream() throws {
        for redirection in ["2>&-", "2>/dev/full"] where redirection == "2>&-" || hasFullDevice {
            #expect(
                try CommandLineProgram.shell("exec \"$0\" \"$@\" \(redirection)", "inspect", "/nonexistent").exitCode
                    == 66)
        }
    }

    @Test("Results that nobody takes are an error: where the output is closed, and where its reader has gone")
    func closedOutput() throws {
        let closed = try CommandLineProgram.shell("exec \"$0\" \"$@\" >&-", "inspect", pnet)
        #expect(closed.exitCode == 73 && closed.errors.contains("standard output"), "\(closed.errors)")
        let gone = try CommandLineProgram.shell(
            "{ sleep 0.2; \"$0\" \"$@\"; echo \"code $?\" >&2; } | true", "inspect", pnet)
        #expect(gone.errors.contains("code 73"), "\(gone.errors)")
    }

    private var hasFullDevice: Bool { FileManager.default.fileExists(atPath: "/dev/full") }

    @Test("Numbers too large for any machine are wrong usage or work, and never end the program")
    func hugeNumbers() throws {
        try withTemporaryDirectory { directory in
            let arguments = try validate(directory)
            let huge = "9223372036854775807"
            #expect(try CommandLineProgram.run(["detect", pnet, "--threads", huge]).exitCode == 64)
            for shard in ["9000000000000000000/\(huge)", "\(huge)/\(huge)"] {
                let run = try CommandLineProgram.run(arguments + ["--shard", shard])
                #expect(run.exitCode == 2 && run.errors.contains("no captures"), "\(run.errors)")
            }
        }
    }

    @Test("A program that stands alone judges directories that are all given, and needs nothing of the package")
    func installed() throws {
        try withTemporaryDirectory { directory in
            let program = "\(directory)/mtcnn-validate"
            try FileManager.default.copyItem(atPath: CommandLineProgram.executable().path, toPath: program)
            let arguments = try validate(directory)
            let run = try CommandLineProgram.run(
                ["-c", "cd / && exec \"$0\" \"$@\"", program] + arguments, program: URL(fileURLWithPath: "/bin/sh"))
            #expect(run.exitCode == 2 && run.errors.contains("holds no captures"), "\(run.errors)")
        }
    }

    @Test("A pipe among the images is refused by name, and nobody waits for its other end")
    func pipes() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/pipe.jpg"
            #expect(mkfifo(path, 0o600) == 0)
            let run = try CommandLineProgram.run("detect", path)
            #expect(run.exitCode == 66 && run.errors.contains("pipe.jpg"), "\(run.errors)")
        }
    }
}
