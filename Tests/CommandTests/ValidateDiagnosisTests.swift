import Captures
import Detection
import Foundation
import JSONTree
import Tensors
import TestSupport
import Testing

/// What `validate` and `check` say was done wrong.
@Suite struct ValidateDiagnosisTests {
    /// Records a model on noise, as the bundled network of a name.
    private func record(_ model: String, as network: String, _ shape: Shape, in directory: String) throws {
        var random = RandomNumbers(seed: 3)
        let noise = AnyTensor.float32(random.floats(shape, in: -1...1))
        let input = "\(directory)/x.npy"
        try Data(noise.npy).write(to: URL(fileURLWithPath: input))
        let recorded = "\(directory)/recorded.h5"
        let run = try CommandLineProgram.run(["run", model, "--input", input, "--output", recorded])
        #expect(run.exitCode == 0, "\(run.errors)")
        let theirs = try CaptureFile(contentsOf: recorded)
        let captures = "\(directory)/captures"
        try FileManager.default.createDirectory(atPath: captures, withIntermediateDirectories: true)
        let header = CaptureHeader(
            engine: "theirs", engineVersion: "1", arithmetic: "fp32", modelName: network,
            modelSHA256: sha256Hex(
                [UInt8](try Data(contentsOf: URL(fileURLWithPath: TransposedKernels.path(network))))),
            adapter: "by hand")
        let writer = try CaptureWriter(header, to: "\(captures)/\(network).h5")
        try writer.append(try theirs.readCase("x"))
        try writer.finish()
    }

    private func validate(
        in directory: String, models: String = fixtures.appendingPathComponent("models").path, _ extra: String...
    ) throws -> CommandLineProgram.Outcome {
        let image = DecodedImage(width: 30, height: 20, pixels: [UInt8](repeating: 90, count: 1800))
        try FileManager.default.createDirectory(atPath: "\(directory)/frames", withIntermediateDirectories: true)
        try Data(image.encoded(as: .png, file: "small.png")).write(
            to: URL(fileURLWithPath: "\(directory)/frames/small.png"))
        try Data("file,x,y,width,height\nsmall.png,,,,\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/gold.csv"))
        return try CommandLineProgram.run(
            [
                "--models", models, "--captures", "\(directory)/captures", "--frames", "\(directory)/frames", "--gold",
                "\(directory)/gold.csv", "--report", "\(directory)/out",
            ] + extra)
    }

    private func text(_ file: String, in directory: String) throws -> String {
        try String(contentsOfFile: "\(directory)/out/\(file)", encoding: .utf8)
    }

    private func layers(in directory: String) throws -> JSON {
        try JSON(parsing: [UInt8](text("fp32_vs_onnx.json", in: directory).utf8), file: "fp32_vs_onnx.json")
    }

    @Test("A fault in a recording is named on the terminal, in the report, the summary, the page and JUnit's document")
    func recording() throws {
        try withTemporaryDirectory { directory in
            try record(TransposedKernels.write(in: directory), as: "rnet", [2, 24, 24, 3], in: directory)
            let judged = try validate(in: directory)
            #expect(judged.exitCode == 1)
            #expect(judged.output.contains("cause: rnet: ") && judged.output.contains(TransposedKernels.words))
            for file in ["fp32_vs_onnx.json", "summary.md", "report.html"] {
                #expect(try text(file, in: directory).contains(TransposedKernels.words), "\(file)")
            }
            let junit = try text("junit.xml", in: directory)
            #expect(junit.contains("<failure type=\"cause\" message=\"rnet: "))
            #expect(junit.contains(TransposedKernels.words))
            let path = fixtures.deletingLastPathComponent().appendingPathComponent(
                "validation/schemas/fp32_vs_onnx.schema.json")
            let schema = JSONSchema(try JSON(parsing: [UInt8](Data(contentsOf: path)), file: path.path))
            #expect(try schema.violations(in: layers(in: directory)) == [])
            // Networks that do not fail are not explained.
            #expect(try text("fp32_vs_onnx.json", in: directory).components(separatedBy: "\"diagnosis\"").count == 2)

            let report = "\(directory)/out/fp32_vs_onnx.json"
            let again = try CommandLineProgram.run("check", report)
            #expect(again.exitCode == 1 && again.output.contains(TransposedKernels.words))
            let silent = try CommandLineProgram.run("check", report, "--no-diagnosis")
            #expect(silent.exitCode == 1 && !silent.output.contains(TransposedKernels.words))
        }
    }

    @Test("Without a diagnosis, validate says what fails and no more")
    func withoutDiagnosis() throws {
        try withTemporaryDirectory { directory in
            try record(TransposedKernels.write(in: directory), as: "rnet", [2, 24, 24, 3], in: directory)
            let judged = try validate(in: directory, "--no-diagnosis")
            #expect(judged.exitCode == 1 && !judged.output.contains("cause: "))
            for file in ["fp32_vs_onnx.json", "summary.md", "report.html", "junit.xml"] {
                #expect(try !text(file, in: directory).contains(TransposedKernels.words), "\(file)")
            }
            #expect(try !text("fp32_vs_onnx.json", in: directory).contains("\"diagnosis\""))
        }
    }

    @Test("A fault in a model is named where the recording is right")
    func model() throws {
        try withTemporaryDirectory { directory in
            try record(TransposedKernels.path("pnet"), as: "pnet", [1, 20, 16, 3], in: directory)
            let models = "\(directory)/models"
            try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
            for name in ["rnet", "onet"] {
                try FileManager.default.copyItem(
                    atPath: TransposedKernels.path(name), toPath: "\(models)/\(name).onnx")
            }
            let converted = try CommandLineProgram.run(
                "convert", TransposedKernels.write("pnet", in: directory), "\(models)/pnet.mlpackage", "--precision",
                "fp32")
            #expect(converted.exitCode == 0, "\(converted.errors)")
            let judged = try validate(in: directory, models: models)
            #expect(judged.exitCode == 1, "\(judged.output)\(judged.errors)")
            #expect(
                judged.output.contains("cause: pnet: ") && judged.output.contains(TransposedKernels.words),
                "\(judged.output)")
        }
    }
}
