import Captures
import Foundation
import TestSupport
import Testing

/// Which reports a run makes, of the face networks and of others.
@Suite struct ReportSelectionTests {
    /// A directory of models and one of captures, which hold RNet and two of its cases under another name.
    private func withClassifier(_ body: (_ directory: String, _ validate: [String]) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            let files = FileManager.default
            for folder in ["models", "captures"] {
                try files.createDirectory(atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
            }
            try files.copyItem(
                atPath: fixtures.appendingPathComponent("models/rnet.onnx").path,
                toPath: "\(directory)/models/classifier.onnx")
            let original = try CaptureFile(contentsOf: fixtures.appendingPathComponent("captures/rnet.h5").path)
            let writer = try CaptureWriter(original.header, to: "\(directory)/captures/classifier.h5")
            for name in original.caseNames.prefix(2) { try writer.append(original.readCase(name)) }
            try writer.finish()
            try body(
                directory,
                [
                    "validate", "--models", "\(directory)/models", "--captures", "\(directory)/captures", "--report",
                    "\(directory)/out",
                ])
        }
    }

    private func reports(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(directory)/out").filter { $0.hasSuffix(".json") }
            .sorted()
    }

    @Test("Of models that are no face networks the layers are judged, and the reports on faces left out in words")
    func otherNetworks() throws {
        try withClassifier { directory, validate in
            let outcome = try CommandLineProgram.run(validate)
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            #expect(try reports(in: directory) == ["fp32_vs_onnx.json"])
            for file in ["summary.md", "report.html"] {
                let text = try String(contentsOfFile: "\(directory)/out/\(file)", encoding: .utf8)
                #expect(text.contains("Left out") && text.contains("the models hold no pnet, rnet, onet"))
            }
        }
    }

    @Test("A model without a capture is not judged, and named")
    func withoutCapture() throws {
        try withClassifier { directory, validate in
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("models/onet.onnx").path,
                toPath: "\(directory)/models/other.onnx")
            let outcome = try CommandLineProgram.run(validate)
            #expect(outcome.exitCode == 2 && outcome.output.contains("not judged: other"), "\(outcome.output)")
        }
    }

    @Test("--only makes the reports that it names, and a run that can make none is an error")
    func only() throws {
        try withClassifier { directory, validate in
            #expect(try CommandLineProgram.run(validate + ["--only", "fp32_vs_onnx"]).exitCode == 0)
            let outcome = try CommandLineProgram.run(validate + ["--only", "cpp_vs_reference"])
            #expect(outcome.exitCode == 66 && outcome.errors.contains("no report can be made"))
            #expect(try reports(in: directory).isEmpty)
            #expect(try CommandLineProgram.run(validate + ["--only", "speed"]).exitCode == 64)
        }
    }

    @Test("The reports of shards are those that were asked for, and merge to the files of one run")
    func shards() throws {
        try withClassifier { directory, validate in
            _ = try CommandLineProgram.run(validate)
            for index in 1...2 {
                let shard = validate.dropLast() + ["\(directory)/part\(index)", "--shard", "\(index)/2"]
                #expect(try CommandLineProgram.run(Array(shard)).exitCode == 0)
            }
            let merged = try CommandLineProgram.run(
                "merge", "\(directory)/part1", "\(directory)/part2", "--report", "\(directory)/merged")
            #expect(merged.exitCode == 0, "\(merged.errors)")
            for file in ["fp32_vs_onnx.json", "summary.md", "report.html", "junit.xml"] {
                let pair = try ["out", "merged"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)/\(file)"))
                }
                #expect(pair[0] == pair[1], "\(file)")
            }
        }
    }
}
