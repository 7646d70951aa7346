import Foundation
import TestSupport
import Testing

/// `convert` of networks that are no chain of a face network's layers.
@Suite struct ConvertNetworkTests {
    private let pnet = fixtures.appendingPathComponent("models/pnet.onnx").path

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
            let mixed = try convert("--float32", "prelu1", "--float32", "conv1")
            #expect(mixed.exitCode == 64 || mixed.output.contains("computes in fp16-storage"), "\(mixed.errors)")
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
                (["--shapes", "1x16x14x3", "--float32", "nothing"], 64, "no operator gives \"nothing\""),
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
