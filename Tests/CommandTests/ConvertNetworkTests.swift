import Foundation
import TestSupport
import Testing

/// `convert` of networks that are no chain of a face network's layers.
@Suite struct ConvertNetworkTests {
    private let pnet = fixtures.appendingPathComponent("models/pnet.onnx").path

    /// A plan that keeps PNet's first convolution.
    private static let plan = {
        let measured = #"{"max_abs_diff": 0, "mean_abs_diff": 0}"#
        return """
            {"schema": "mtcnn-validate/plan/1", "is_met": true, "arithmetic": "fp16-storage", "frames": 1,
             "minimum_face_size": 60, "requirements": [], "float32_share": 0.5, "trials": 1,
             "measurement": \(measured), "nothing_kept": \(measured), "layers": [
               {"network": "proposal", "layer": "conv2d", "operations": ["conv2d"], "multiply_adds": 1,
                "is_kept_in_float32": true, "alone": \(measured), "without": \(measured)}]}
            """
    }()

    @Test("Any network becomes a package that compares with its source, in any precision")
    func precisions() throws {
        try withTemporaryDirectory { directory in
            let package = "\(directory)/n.mlpackage"
            func convert(_ options: String...) throws -> CommandLineProgram.Outcome {
                try CommandLineProgram.run(["convert", pnet, package, "--shapes", "1x16x14x3"] + options)
            }
            let full = try convert("--precision", "fp32")
            #expect(full.exitCode == 0 && full.output.contains("; it gives every bit as pnet computes in fp32"))
            let half = try convert()
            #expect(half.output.contains("; it gives every bit as pnet computes in fp16-storage"))
            let mixed = try convert("--float32", "conv2d")
            #expect(mixed.output.contains("; it gives every bit as pnet computes in fp16-storage"), "\(mixed.errors)")
            let plan = "\(directory)/plan.json"
            try Data(Self.plan.utf8).write(to: URL(fileURLWithPath: plan))
            let planned = try convert("--plan", plan)
            #expect(planned.output == mixed.output, "\(planned.errors)")
            let types = try CommandLineProgram.run("inspect", package).output
            #expect(types.contains("float16") && types.contains("float32"))
            let stored = try convert("--weights", "int8")
            #expect(stored.output.contains("every bit as its weights give once they are expanded"))
            let inspected = try CommandLineProgram.run("inspect", package)
            #expect(inspected.output.contains("8 bits"))
        }
    }

    @Test("What cannot be converted is refused by what is wrong, and nothing is written")
    func refusals() throws {
        try withTemporaryDirectory { directory in
            let package = "\(directory)/n.mlpackage"
            for (arguments, code, words) in [
                (["--shapes", "1x16x14"], 64, "give its extents as --shapes"),
                (["--shapes", "1x16x14x3,1x2x3x4"], 64, "2 are given, and the network has 1 inputs"),
                (["--shapes", "1x16x14x3", "--float32", "nothing"], 64, "no operator has or gives \"nothing\""),
                (["--weights", "int8"], 64, "give its extents as --shapes"),
                (["--weights", "int3"], 64, "int3"),
            ] as [([String], Int32, String)] {
                let run = try CommandLineProgram.run(["convert", pnet, package] + arguments)
                #expect(run.exitCode == code)
                #expect(run.errors.contains(words), "\(run.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: package))
            let dat = try CommandLineProgram.run("convert", pnet, "\(directory)/n.dat", "--weights", "int8")
            #expect(dat.exitCode == 64)
        }
    }
}
