import Captures
import Engines
import Foundation
import ModelFormats
import TestSupport
import Testing
import Validation

/// Which reports a run makes, of the face networks and of others.
@Suite struct ReportSelectionTests {
    /// A directory of models and one of captures, which hold a network and two of its cases under another name. PNet's
    /// are small, so that many runs take little time.
    private func withClassifier(
        _ network: String = "pnet", _ body: (_ directory: String, _ validate: [String]) throws -> Void
    ) throws {
        try withTemporaryDirectory { directory in
            let files = FileManager.default
            for folder in ["models", "captures"] {
                try files.createDirectory(atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
            }
            try files.copyItem(
                atPath: fixtures.appendingPathComponent("models/\(network).onnx").path,
                toPath: "\(directory)/models/classifier.onnx")
            try writeCases(2, of: network, to: "\(directory)/captures/classifier.h5")
            try body(
                directory,
                [
                    "validate", "--models", "\(directory)/models", "--captures", "\(directory)/captures", "--report",
                    "\(directory)/out",
                ])
        }
    }

    /// Writes the first cases of a bundled capture.
    private func writeCases(_ count: Int, of network: String, to path: String) throws {
        let original = try CaptureFile(contentsOf: fixtures.appendingPathComponent("captures/\(network).h5").path)
        let writer = try CaptureWriter(original.header, to: path)
        for name in original.caseNames.prefix(count) { try writer.append(original.readCase(name)) }
        try writer.finish()
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
                #expect(text.contains("Candidate: onnxruntime"), "a person's own recording is what is judged")
            }
        }
    }

    @Test("Which reports are about nothing but the package depends on the smallest face and the arithmetic")
    func bundledReports() throws {
        for (options, expected) in [
            ([], ["fp32_vs_onnx", "fp16_vs_fp32", "cpp_vs_reference"]), (["--min-face-size", "40"], ["fp32_vs_onnx"]),
            (["--arithmetic", "fp16-storage"], ["fp32_vs_onnx", "fp16_vs_fp32"]),
        ] as [([String], [String])] {
            try withTemporaryDirectory { directory in
                // A shard of one frame at most.
                let outcome = try CommandLineProgram.run(
                    ["validate", "--only", "cpp_vs_reference", "--shard", "400/400", "--report", directory] + options)
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                let text = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/shard.json"))
                let shard = try JSONDecoder().decode(Shard.self, from: text)
                #expect(shard.run.bundled_reports == expected, "\(options)")
            }
        }
    }

    private struct Shard: Decodable {
        struct Run: Decodable {
            let bundled_reports: [String]
        }
        let run: Run
    }

    @Test("A model without a capture is not judged, and named")
    func withoutCapture() throws {
        try withClassifier { directory, validate in
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("models/rnet.onnx").path,
                toPath: "\(directory)/models/other.onnx")
            let outcome = try CommandLineProgram.run(validate)
            #expect(outcome.exitCode == 2 && outcome.output.contains("not judged: other"), "\(outcome.output)")
        }
    }

    @Test("A model without a capture is not judged in float16, nor planned for, beside one that has a capture")
    func withoutInputs() throws {
        try withClassifier { directory, validate in
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("models/pnet.onnx").path,
                toPath: "\(directory)/models/other.onnx")
            let limit = ["--require", "top1@softmax=1"]
            let outcome = try CommandLineProgram.run(validate + ["--only", "fp16_vs_fp32"] + limit)
            #expect(outcome.exitCode == 2 && outcome.output.contains("other: no case"), "\(outcome.output)")
            let plan = try CommandLineProgram.run(["plan"] + validate[1...4] + limit)
            #expect(plan.exitCode == 2 && plan.errors.contains("no capture of other"), "\(plan.output)\(plan.errors)")
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
            // No shard, a part of them, one twice.
            for (given, status) in [([], 64), (["part1"], 65), (["part1", "part1"], 65), (["part1", "none"], 66)]
                as [([String], Int32)]
            {
                let outcome = try CommandLineProgram.run(
                    ["merge", "--report", "\(directory)/merged"] + given.map { "\(directory)/\($0)" })
                #expect(outcome.exitCode == status, "\(given): \(outcome.errors)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/merged") == [])
            // What `merge` reads of a shard may be half of what was written.
            let part = "\(directory)/part2/fp32_vs_onnx.json"
            let text = try Data(contentsOf: URL(fileURLWithPath: part))
            try text.prefix(text.count / 2).write(to: URL(fileURLWithPath: part))
            let half = try CommandLineProgram.run(
                "merge", "\(directory)/part1", "\(directory)/part2", "--report", "\(directory)/merged")
            #expect(half.exitCode == 65 && half.errors.contains("part2/fp32_vs_onnx.json"), "\(half.errors)")
        }
    }

    @Test("What float16 costs any network is judged by what its answers are for, and not without that")
    func float16() throws {
        try withClassifier { directory, validate in
            let judged = try CommandLineProgram.run(validate + ["--require", "top1@softmax=1"])
            #expect(judged.exitCode == 0, "\(judged.output) \(judged.errors)")
            #expect(try reports(in: directory) == ["fp16_vs_fp32.json", "fp32_vs_onnx.json"])
            let failing = try CommandLineProgram.run(validate + ["--require", "cosine@conv2d_4=1"])
            #expect(failing.exitCode == 1 && failing.output.contains("fp16-storage/classifier/cosine@conv2d_4/cosine"))
            // What is measured alone judges nothing, and so makes no report that could not be judged.
            let measured = try CommandLineProgram.run(validate + ["--metric", "top1@softmax"])
            #expect(measured.exitCode == 0, "\(measured.output)")
            #expect(try reports(in: directory) == ["fp32_vs_onnx.json"])
            let unlimited = try CommandLineProgram.run(validate + ["--only", "fp16_vs_fp32"])
            #expect(unlimited.exitCode == 2 && unlimited.output.contains("--require"), "\(unlimited.output)")
        }
    }

    @Test(
        "Beside a cascade, other networks are judged by what their answers are for, and said to be left out without that"
    )
    func besideCascade() throws {
        try withClassifier { directory, validate in
            let files = FileManager.default
            for name in ["pnet", "rnet", "onet"] {
                try files.copyItem(
                    atPath: fixtures.appendingPathComponent("models/\(name).onnx").path,
                    toPath: "\(directory)/models/\(name).onnx")
                try writeCases(1, of: name, to: "\(directory)/captures/\(name).h5")
            }
            try files.createDirectory(atPath: "\(directory)/frames", withIntermediateDirectories: true)
            try files.copyItem(
                atPath: fixtures.appendingPathComponent("frames/24_tiny_faces.jpg").path,
                toPath: "\(directory)/frames/24_tiny_faces.jpg")
            let run = validate + ["--frames", "\(directory)/frames", "--only", "fp16_vs_fp32", "--strict"]
            func checks(_ options: String...) throws -> (report: String, summary: String) {
                _ = try CommandLineProgram.run(run + options)
                return (
                    try String(contentsOfFile: "\(directory)/out/fp16_vs_fp32.json", encoding: .utf8),
                    try String(contentsOfFile: "\(directory)/out/summary.md", encoding: .utf8)
                )
            }
            let limited = try checks("--require", "top1@softmax=1")
            #expect(limited.report.contains("fp16-storage/classifier/top1@softmax"))
            #expect(!limited.report.contains("packages/classifier"), "it has no package")
            #expect(!limited.report.contains("classifier/mean_iou"), "it is no detector")
            let unlimited = try checks()
            #expect(!unlimited.report.contains("classifier"))
            #expect(unlimited.summary.contains("fp16_vs_fp32 of classifier"))
            let plan = try CommandLineProgram.run(
                ["plan"] + validate[1...4]
                    + ["--frames", "\(directory)/frames", "--require", "max_abs_diff=1", "--min-face-size", "100"])
            #expect(plan.exitCode == 0 && plan.output.contains("| classifier |"), "\(plan.output) \(plan.errors)")
        }
    }

    @Test("A program of the user's measures answers in validate and in plan, and a limit on its numbers counts")
    func programs() throws {
        try withClassifier { directory, validate in
            // It is given two captures, and prints a number if both hold something.
            let program = "\(directory)/score.sh"
            let words = "test $(wc -c < $1) -gt 1000 -a $(wc -c < $2) -gt 1000 && echo '{\"error\": 0.25}'\n"
            try Data(words.utf8).write(to: URL(fileURLWithPath: program))
            let command = "command:sh \(program)"
            let kept = try CommandLineProgram.run(validate + ["--require", "\(command)#error<=0.25"])
            #expect(kept.exitCode == 0, "\(kept.output) \(kept.errors)")
            for report in try reports(in: directory) {
                let text = try String(contentsOfFile: "\(directory)/out/\(report)", encoding: .utf8)
                #expect(text.contains("#error"), "\(report)")
            }
            #expect(try reports(in: directory).count == 2)
            #expect(try CommandLineProgram.run(validate + ["--require", "\(command)#error<=0.2"]).exitCode == 1)
            #expect(try CommandLineProgram.run(validate + ["--require", "\(command)#speed>=1"]).exitCode == 2)
            let plan = ["plan"] + validate[1...4]
            let planned = try CommandLineProgram.run(plan + ["--require", "\(command)#error<=0.25"])
            #expect(planned.exitCode == 0 && planned.output.contains("takes 0 of 5 layers"), "\(planned.output)")
            #expect(try CommandLineProgram.run(plan + ["--require", "\(command)#error<=0.2"]).exitCode == 1)
            let shard = try CommandLineProgram.run(
                validate + ["--metric", command, "--shard", "1/2"])
            #expect(shard.exitCode == 64 && shard.errors.contains("whole captures"), "\(shard.errors)")
        }
    }

    @Test("A plan for any network keeps what is asked of its answers, and says that faces cannot be asked of it")
    func plan() throws {
        try withClassifier { directory, validate in
            let plan = ["plan"] + validate[1...4]
            let strict = try CommandLineProgram.run(
                plan + ["--require", "max_abs_diff=1e-4", "--json", "\(directory)/plan.json"])
            #expect(strict.exitCode == 0, "\(strict.errors)")
            #expect(strict.output.contains("| classifier |"), "\(strict.output)")
            let loose = try CommandLineProgram.run(plan + ["--require", "top1@softmax=1"])
            #expect(loose.exitCode == 0 && loose.output.contains("takes 0 of 5 layers"), "\(loose.output)")
            let faces = try CommandLineProgram.run(plan + ["--require", "mean_iou=0.9"])
            #expect(faces.exitCode != 0 && faces.errors.contains("no cascade"), "\(faces.errors)")
        }
    }

    @Test("Networks outside the cascade conform if rounding explains each side, however large their differences are")
    func largeNumbers() throws {
        try withClassifier("rnet") { directory, validate in
            // The numbers of a right program that rounds otherwise, 1e-5 and more away where they are large.
            let path = "\(directory)/captures/classifier.h5"
            let original = try CaptureFile(contentsOf: path)
            let cases = try original.caseNames.map { try original.readCase($0) }
            let model = try Model(contentsOf: "\(directory)/models/classifier.onnx")
            let engine = try ArithmeticName.fp32.engine(for: model.graph, order: .winograd6)
            let writer = try CaptureWriter(original.header, to: path)
            for one in cases {
                try writer.append(
                    CaptureCase(
                        name: one.name, source: one.source, inputs: one.inputs, of: model.graph, by: engine, only: nil))
            }
            try writer.finish()
            let outcome = try CommandLineProgram.run(validate)
            #expect(outcome.exitCode == 0, "\(outcome.output)")
            let named = "\(directory)/models/rnet.onnx"
            try FileManager.default.moveItem(atPath: "\(directory)/models/classifier.onnx", toPath: named)
            try FileManager.default.moveItem(atPath: path, toPath: "\(directory)/captures/rnet.h5")
            #expect(try CommandLineProgram.run(validate).exitCode == 1)
        }
    }

    @Test("A drafted list of deviations counts once it is justified, and for the model that it names alone")
    func deviations() throws {
        try withClassifier { directory, validate in
            let (list, failing) = ("\(directory)/list.json", validate + ["--require", "cosine@conv2d_4=1"])
            let drafted = try CommandLineProgram.run(failing + ["--write-deviations", list])
            #expect(drafted.exitCode == 1, "\(drafted.errors)")
            let draft = try String(contentsOfFile: list, encoding: .utf8)
            #expect(draft.contains("fp16-storage/classifier/cosine@conv2d_4/cosine") && draft.contains("\"model\""))
            let unjustified = try CommandLineProgram.run(failing + ["--deviations", list])
            #expect(unjustified.exitCode == 1 && unjustified.errors.contains("have no reason and do not count"))
            func rerun(_ text: String) throws -> Int32 {
                try Data(text.utf8).write(to: URL(fileURLWithPath: list))
                return try CommandLineProgram.run(failing + ["--deviations", list]).exitCode
            }
            let justified = draft.replacingOccurrences(of: "\"reason\": \"\"", with: "\"reason\": \"float16 rounds\"")
            #expect(try rerun(justified) == 0)
            let other = justified.replacingOccurrences(of: "\"model\": \"", with: "\"model\": \"0")
            #expect(try rerun(other) == 1)
        }
    }
}
