import Captures
import Detection
import Foundation
import JSONTree
import TestSupport
import Tensors
import Testing

@Suite struct CommandTests {
    let pnet = fixtures.appendingPathComponent("models/pnet.onnx").path
    let models = fixtures.appendingPathComponent("models").path
    /// The limits on float16 that do not hold are none that most of these tests are about.
    private static let knownDeviations = fixtures.deletingLastPathComponent().appendingPathComponent(
        "validation/known_deviations.json"
    ).path

    private func write(_ bytes: some Sequence<UInt8>, _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// A recording of PNet on noise.
    private func record(in directory: String, arithmetic: String = "fp32", seed: UInt64 = 1) throws -> String {
        var random = RandomNumbers(seed: seed)
        try write(AnyTensor.float32(random.floats([1, 14, 13, 3], in: -1...1)).npy, "\(directory)/x.npy")
        let capture = "\(directory)/\(arithmetic)-\(seed).h5"
        let run = try CommandLineProgram.run(
            "run", pnet, "--input", "input_1=\(directory)/x.npy", "--arithmetic", arithmetic, "--output", capture)
        #expect(run.exitCode == 0, "\(run.errors)")
        return capture
    }

    /// A directory of captures that holds a recording of PNet alone.
    private func captures(in directory: String) throws -> String {
        let captures = "\(directory)/captures"
        try FileManager.default.createDirectory(atPath: captures, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: record(in: directory), toPath: "\(captures)/pnet.h5")
        return captures
    }

    @Test("A run, compared with itself, conforms; with another arithmetic it does not; with other inputs it is stale")
    func runAndCompare() throws {
        try withTemporaryDirectory { directory in
            let capture = try record(in: directory)
            #expect(try CommandLineProgram.run("compare", capture, capture).exitCode == 0)
            let half = try record(in: directory, arithmetic: "fp16-storage")
            let differing = try CommandLineProgram.run("compare", capture, half, "--json", "\(directory)/report.json")
            #expect(differing.exitCode == 1)
            #expect(differing.output.contains("max_abs_diff"))
            let again = try CommandLineProgram.run(
                "check", "\(directory)/report.json", "--max-abs-diff", "1", "--mean-abs-diff", "1")
            #expect(again.exitCode == 0, "\(again.output)\(again.errors)")
            #expect(try CommandLineProgram.run("check", "\(directory)/report.json").exitCode == 1)
            let other = try record(in: directory, seed: 2)
            let stale = try CommandLineProgram.run("compare", capture, other)
            #expect(stale.exitCode == 65)
            #expect(stale.errors.contains("inputs"))
        }
    }

    @Test("The same run twice gives the same bytes")
    func deterministic() throws {
        try withTemporaryDirectory { directory in
            let first = try Data(contentsOf: URL(fileURLWithPath: record(in: directory)))
            #expect(try Data(contentsOf: URL(fileURLWithPath: record(in: directory))) == first)
        }
    }

    @Test("A file that is not a model is refused by name, and never crashes the program")
    func badModels() throws {
        try withTemporaryDirectory { directory in
            let whole = try Data(contentsOf: URL(fileURLWithPath: pnet))
            for (name, bytes) in [
                ("empty", Data()), ("text", Data("no model\n".utf8)), ("cut", whole.prefix(whole.count / 2)),
                ("zeros", Data(count: 1000)),
            ] {
                let path = "\(directory)/\(name).onnx"
                try write(bytes, path)
                let outcome = try CommandLineProgram.run("inspect", path)
                #expect(outcome.exitCode == 65, "\(name): \(outcome.errors)")
                #expect(outcome.errors.contains(name))
            }
            #expect(try CommandLineProgram.run("inspect", "\(directory)/none.onnx").exitCode == 66)
        }
    }

    @Test("Wrong usage, a wrong input and an output that cannot be written have their exit codes")
    func exitCodes() throws {
        try withTemporaryDirectory { directory in
            let capture = try record(in: directory)
            #expect(try CommandLineProgram.run("compare", capture).exitCode == 64)
            #expect(try CommandLineProgram.run("run", pnet, "--arithmetic", "fp8", "--output", "x.h5").exitCode == 64)
            #expect(try CommandLineProgram.run("validate", "--report", "/proc/nowhere").exitCode == 73)
            let unwritable = try CommandLineProgram.run(
                "run", pnet, "--input", "\(directory)/x.npy", "--output", "/nonexistent/c.h5")
            #expect(unwritable.exitCode == 73)
            try write(AnyTensor.float32(Tensor([1, 14, 13], repeating: 0)).npy, "\(directory)/rank3.npy")
            let misfit = try CommandLineProgram.run(
                "run", pnet, "--input", "\(directory)/rank3.npy", "--output", "\(directory)/c.h5")
            #expect(misfit.exitCode == 65)
            #expect(misfit.errors.contains("input_1"))
            let twice = try CommandLineProgram.run(
                "run", pnet, "--input", "\(directory)/x.npy", "--input", "input_1=\(directory)/x.npy", "--output",
                "\(directory)/c.h5")
            #expect(twice.exitCode == 64 && twice.errors.contains("input_1 is given twice"))
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/c.h5"))
        }
    }

    /// Runs `validate` on captures and frames of its own.
    ///
    /// - Parameter deviations: nil for the default list.
    private func validate(
        _ directory: String, captures: String, deviations: String? = Self.knownDeviations, extra: [String] = []
    ) throws -> CommandLineProgram.Outcome {
        try write("file,x,y,width,height\nsmall.png,,,,\n".utf8, "\(directory)/gold.csv")
        let image = DecodedImage(width: 30, height: 20, pixels: [UInt8](repeating: 90, count: 1800))
        try FileManager.default.createDirectory(atPath: "\(directory)/frames", withIntermediateDirectories: true)
        try write(image.encoded(as: .png, file: "small.png"), "\(directory)/frames/small.png")
        return try CommandLineProgram.run(
            [
                "--models", models, "--captures", captures, "--frames", "\(directory)/frames", "--gold",
                "\(directory)/gold.csv", "--report", "\(directory)/out",
            ] + (deviations.map { ["--deviations", $0] } ?? []) + extra)
    }

    @Test("How a run is stored changes nothing that is read; outputs alone are the outputs and the softmax's input")
    func storage() throws {
        try withTemporaryDirectory { directory in
            let whole = try CaptureFile(contentsOf: self.record(in: directory)).readCase("x")
            func record(_ options: String...) throws -> CaptureCase {
                let path = "\(directory)/other.h5"
                let run = try CommandLineProgram.run(
                    ["run", pnet, "--input", "\(directory)/x.npy", "--output", path] + options)
                #expect(run.exitCode == 0, "\(run.errors)")
                return try CaptureFile(contentsOf: path).readCase("x")
            }
            for compression in CaptureCompression.allCases {
                #expect(try record("--compression", compression.rawValue) == whole)
            }
            let outputs = try record("--outputs-only")
            #expect(outputs.inputs == whole.inputs)
            #expect(outputs.tensors.map(\.name) == ["conv2d_4", "push_transpose_out_2", "softmax"])
            #expect(outputs.tensors == whole.tensors.filter { outputs.tensors.map(\.name).contains($0.name) })
            let unknown = ["run", pnet, "--output", "\(directory)/o.h5", "--compression", "lz4"]
            #expect(try CommandLineProgram.run(unknown).exitCode == 64)
        }
    }

    @Test("OpenCV 5's wrong RNet, recorded in Tests/CommandTests/recorded, does not conform, from its first pool on")
    func wrongEngine() throws {
        let recorded = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("recorded/opencv5_rnet.h5").path
        let bundled = fixtures.appendingPathComponent("captures/rnet.h5").path
        let compared = try CommandLineProgram.run("compare", bundled, recorded)
        #expect(compared.exitCode == 1)
        let rows = compared.output.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.hasSuffix("conforms |") }
        let firstWrong = compared.output.split(separator: "\n").first {
            $0.hasPrefix("| ") && $0.hasSuffix("| does not conform |")
        }
        #expect(rows.contains { $0.contains("| PRelu |") })
        #expect(firstWrong?.contains("p_re_lu_3/add:0_pooling0 | MaxPool") == true, "\(compared.output)")
        try withTemporaryDirectory { directory in
            let captures = "\(directory)/captures"
            try FileManager.default.createDirectory(atPath: captures, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: recorded, toPath: "\(captures)/rnet.h5")
            #expect(try validate(directory, captures: captures).exitCode == 1)
        }
    }

    @Test("No captures at all, or frames without a face to compare, are not judged")
    func nothingCompared() throws {
        try withTemporaryDirectory { directory in
            let captures = "\(directory)/captures"
            try FileManager.default.createDirectory(atPath: captures, withIntermediateDirectories: true)
            let empty = try validate(directory, captures: captures)
            #expect(empty.exitCode == 2, "\(empty.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/out") == [])
            try FileManager.default.moveItem(atPath: record(in: directory), toPath: "\(captures)/pnet.h5")
            let faceless = try validate(directory, captures: captures)
            #expect(faceless.exitCode == 2, "\(faceless.output)\(faceless.errors)")
            #expect(faceless.output.contains("rnet: no case was compared"), "\(faceless.output)")
        }
    }

    @Test("A capture of another model is stale")
    func staleCapture() throws {
        try withTemporaryDirectory { directory in
            let captures = "\(directory)/captures"
            try FileManager.default.createDirectory(atPath: captures, withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: record(in: directory), toPath: "\(captures)/rnet.h5")
            let outcome = try validate(directory, captures: captures)
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("sha256"))
        }
    }

    @Test("A capture with NaN does not conform; one that lacks a layer is not judged")
    func unsoundCaptures() throws {
        try withTemporaryDirectory { directory in
            let captures = "\(directory)/captures"
            try FileManager.default.createDirectory(atPath: captures, withIntermediateDirectories: true)
            let file = try CaptureFile(contentsOf: record(in: directory))
            let recorded = try file.readCase("x")
            func judge(_ tensors: [CaptureCase.Output]) throws -> CommandLineProgram.Outcome {
                let writer = try CaptureWriter(file.header, to: "\(captures)/pnet.h5")
                try writer.append(
                    CaptureCase(name: "x", source: "", inputs: recorded.inputs, tensors: tensors))
                try writer.finish()
                return try validate(directory, captures: captures)
            }
            let missing = try judge(recorded.tensors.filter { $0.operator != "MaxPool" })
            #expect(missing.exitCode == 2, "\(missing.output)")
            let poisoned = recorded.tensors.map { tensor in
                guard tensor.operator == "MaxPool", case .float32(var values) = tensor.values else { return tensor }
                values.elements[3] = .nan
                return CaptureCase.Output(
                    name: tensor.name, node: tensor.node, operator: tensor.operator,
                    isGraphOutput: tensor.isGraphOutput, values: .float32(values))
            }
            let outcome = try judge(poisoned)
            #expect(outcome.exitCode == 1, "\(outcome.output)")
            #expect(outcome.output.contains("non_finite_count"))
        }
    }

    @Test("A package is converted, told for what it really is, and converted back to the same OpenFace file")
    func packages() throws {
        try withTemporaryDirectory { directory in
            let pnet = fixtures.appendingPathComponent("models/pnet.onnx").path
            let package = "\(directory)/pnet_fp32.mlpackage"
            let written = try CommandLineProgram.run("convert", pnet, package, "--precision", "fp16")
            #expect(written.exitCode == 0 && written.output.contains("of which weights 14208"), "\(written.errors)")
            let seen = try CommandLineProgram.run("inspect", package, "--neural-engine")
            let truth = "named fp32, but every weight, activation, input and output is float16"
            #expect(seen.output.contains(truth))
            #expect(seen.output.contains("80 % is requested: holds"))
            #expect(try CommandLineProgram.run("convert", pnet, package, "--precision", "fp32").exitCode == 0)
            let back = try CommandLineProgram.run("convert", package, "\(directory)/PNet.dat")
            #expect(back.output.contains("22dfd0a96ec983e99b21c0e214d89d55ea9a471eedd53e5a48203f22bcb4c489"))
            #expect(try CommandLineProgram.run("inspect", pnet, "--neural-engine").exitCode == 64)
            #expect(try CommandLineProgram.run("convert", pnet, "\(directory)/pnet.tflite").exitCode == 64)
            let rnet = fixtures.appendingPathComponent("models/rnet.onnx").path
            let sized = try CommandLineProgram.run("convert", rnet, package, "--shapes", "24x24")
            #expect(sized.exitCode == 65 && sized.errors.contains("one size alone"))
        }
    }

    // MARK: - What is refused, and what is not judged

    @Test("Shards of different runs are not merged, and what they differ in is named")
    func shardsOfOneRun() throws {
        try withTemporaryDirectory { directory in
            let captures = try captures(in: directory)
            func shard(_ index: Int, _ extra: String...) throws {
                let run = try validate(
                    directory, captures: captures, deviations: nil, extra: ["--shard", "\(index)/2"] + extra)
                #expect(run.exitCode == 0, "\(run.errors)")
                let place = "\(directory)/\(index)"
                try? FileManager.default.removeItem(atPath: place)
                try FileManager.default.moveItem(atPath: "\(directory)/out", toPath: place)
            }
            func merge() throws -> CommandLineProgram.Outcome {
                try CommandLineProgram.run(
                    "merge", "\(directory)/1", "\(directory)/2", "--deviations", Self.knownDeviations, "--report",
                    "\(directory)/out")
            }
            try shard(1)
            try shard(2)
            let part = try CommandLineProgram.run("check", "\(directory)/1/cpp_vs_reference.json")
            #expect(part.exitCode == 65 && part.errors.contains("merge it first"))
            // One network alone has a capture, so that not all is judged; but the shards fit.
            #expect(try merge().exitCode == 2)
            try shard(2, "--outputs-only")
            let otherOptions = try merge()
            #expect(otherOptions.exitCode == 65 && otherOptions.errors.contains("outputs-only"))
            try shard(2, "--layout", "upright")
            let otherLayout = try merge()
            #expect(otherLayout.exitCode == 65 && otherLayout.errors.contains("layout"), "\(otherLayout.errors)")
            try FileManager.default.removeItem(atPath: "\(captures)/pnet.h5")
            try FileManager.default.moveItem(atPath: record(in: directory, seed: 2), toPath: "\(captures)/pnet.h5")
            try shard(2)
            let otherCaptures = try merge()
            #expect(otherCaptures.exitCode == 65 && otherCaptures.errors.contains("captures/pnet.h5"))
        }
    }

    @Test("The bundled known deviations do not excuse other captures or other frames, unless they are asked to")
    func deviationsAreOfTheBundledRun() throws {
        try withTemporaryDirectory { directory in
            let captures = try captures(in: directory)
            let note = "fp16_vs_fp32: the bundled list of known deviations"
            let own = try validate(directory, captures: captures, deviations: nil)
            #expect(own.exitCode == 1 && own.errors.contains(note), "\(own.output)")
            #expect(!own.output.contains("known deviation"))
            let asked = try validate(directory, captures: captures)
            #expect(asked.exitCode == 2 && !asked.errors.contains(note), "\(asked.output)")
        }
    }

    @Test("A case has its input's name, and an input that the model does not have is refused with those it has")
    func runInputs() throws {
        try withTemporaryDirectory { directory in
            #expect(try CaptureFile(contentsOf: record(in: directory)).caseNames == ["x"])
            let unknown = try CommandLineProgram.run(
                "run", pnet, "--input", "image=\(directory)/x.npy", "--output", "\(directory)/c.h5")
            #expect(unknown.exitCode == 64 && unknown.errors.contains("input_1"), "\(unknown.errors)")
        }
    }

    @Test("Limits that a report does not have are refused, and so are limits that are no numbers")
    func inapplicableLimits() throws {
        let reports = fixtures.deletingLastPathComponent().appendingPathComponent("Reports").path
        let other = try CommandLineProgram.run("check", "\(reports)/cpp_vs_reference.json", "--max-abs-diff", "1")
        #expect(other.exitCode == 64 && other.errors.contains("fp32_vs_onnx"))
        #expect(
            try CommandLineProgram.run("check", "\(reports)/fp32_vs_onnx.json", "--max-abs-diff", "nan").exitCode == 64)
    }

    @Test("What is asked of one package is refused for a directory of networks, not left out")
    func packagesOfADirectory() throws {
        try withTemporaryDirectory { directory in
            for asked in [["--weights", "int8"], ["--float32", "conv1"], ["--plan", "\(directory)/plan.json"]] {
                let run = try CommandLineProgram.run(
                    ["convert", fixtures.appendingPathComponent("models").path, "\(directory)/packages"] + asked)
                #expect(run.exitCode == 64 && run.errors.contains("give one file of it"), "\(run.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/packages"))
        }
    }

    @Test("A package is not written over something else, nor into a directory that is not there")
    func packagePlaces() throws {
        try withTemporaryDirectory { directory in
            try write("notes".utf8, "\(directory)/a.mlpackage")
            #expect(try CommandLineProgram.run("convert", pnet, "\(directory)/a.mlpackage").exitCode == 73)
            #expect(try CommandLineProgram.run("convert", pnet, "\(directory)/none/a.mlpackage").exitCode == 73)
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/none"))
            for shapes in ["", ",", "48x48,48x48"] {
                let run = try CommandLineProgram.run("convert", pnet, "\(directory)/b.mlpackage", "--shapes", shapes)
                #expect(run.exitCode == 64, "\(run.errors)")
            }
            #expect(
                try CommandLineProgram.run("convert", pnet, "\(directory)/b.dat", "--precision", "fp16").exitCode == 64)
        }
    }

    @Test("A plan for frames without a face is not judged")
    func planWithoutFaces() throws {
        try withTemporaryDirectory { directory in
            let image = DecodedImage(width: 30, height: 20, pixels: [UInt8](repeating: 90, count: 1800))
            try write(image.encoded(as: .png, file: "small.png"), "\(directory)/small.png")
            let plan = try CommandLineProgram.run("plan", "--require", "mean_iou=0.5", "--frames", directory)
            #expect(plan.exitCode == 2 && plan.errors.contains("float32 finds no face"), "\(plan.output)\(plan.errors)")
        }
    }

    @Test("A stored report with known deviations conforms, and strictly it does not")
    func strictCheck() throws {
        let report = fixtures.deletingLastPathComponent().appendingPathComponent("Reports/fp16_vs_fp32.json").path
        #expect(try CommandLineProgram.run("check", report).exitCode == 0)
        #expect(try CommandLineProgram.run("check", report, "--strict").exitCode == 1)
    }

    @Test("Shapes of 12 pixels are the smallest, and open ones are said to be open")
    func smallestShapes() throws {
        try withTemporaryDirectory { directory in
            for (shapes, status) in [("12x12", Int32(0)), ("11x12", 64), ("12x11", 64), ("12", 64), ("12x12,", 64)] {
                let run = try CommandLineProgram.run(
                    "convert", pnet, "\(directory)/\(status)\(shapes).mlpackage", "--shapes", shapes)
                #expect(run.exitCode == status, "\(shapes): \(run.errors)")
            }
        }
        let open = try CommandLineProgram.run("inspect", pnet)
        #expect(open.output.contains("Shapes are open") && !open.output.contains("multiply-adds\n"))
    }

    @Test("Two models are compared on the inputs that are given, and on none there is nothing to compare")
    func givenInputs() throws {
        try withTemporaryDirectory { directory in
            let none = try CommandLineProgram.run("compare", pnet, pnet, "--inputs", directory)
            #expect(none.exitCode == 66 && none.errors.contains("holds no .npy files"), "\(none.errors)")
            var random = RandomNumbers(seed: 2)
            for name in ["a", "b"] {
                try write(
                    AnyTensor.float32(random.floats([1, 13, 14, 3], in: -1...1)).npy, "\(directory)/\(name).npy")
            }
            let two = try CommandLineProgram.run(
                "compare", pnet, pnet, "--inputs", directory, "--json", "\(directory)/report.json")
            #expect(two.exitCode == 0, "\(two.output)\(two.errors)")
            let report = try String(contentsOfFile: "\(directory)/report.json", encoding: .utf8)
            #expect(report.contains("\"a.npy\"") && report.contains("\"b.npy\""))
            try write("text".utf8, "\(directory)/c.npy")
            let damaged = try CommandLineProgram.run("compare", pnet, pnet, "--inputs", directory)
            #expect(damaged.exitCode == 65 && damaged.errors.contains("c.npy"), "\(damaged.errors)")
        }
    }

    @Test(
        "Results that nobody can take are an error", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullOutput() throws {
        let outcome = try CommandLineProgram.run(["inspect", pnet], output: "/dev/full")
        #expect(outcome.exitCode == 73 && outcome.errors.contains("standard output"))
    }
}
