import Files
import Foundation
import TestSupport
import Testing

/// What `explain` says of two forms of a network, and what it mends.
@Suite struct ExplainNetworkTests {
    private let rnet = TransposedKernels.rightPath

    @Test("Transposed kernels are named, and undone by --mend, also in a file that was written so before")
    func kernels() throws {
        try withTemporaryDirectory { directory in
            let theirs = try TransposedKernels.write(in: directory)
            let mended = "\(directory)/mended.onnx"
            let explained = try CommandLineProgram.run(["explain", rnet, theirs, "--mend", mended])
            #expect(explained.exitCode == 0, "\(explained.errors)")
            #expect(explained.output.contains(TransposedKernels.words))
            #expect(try CommandLineProgram.run(["compare", rnet, mended]).exitCode == 0)
        }
    }

    @Test(
        "A Core ML package is mended as well, layer by layer or operator by operator",
        arguments: [[], ["--shapes", "1x24x24x3"]])
    func package(shapes: [String]) throws {
        try withTemporaryDirectory { directory in
            let theirs = "\(directory)/theirs.mlpackage"
            let converted = try CommandLineProgram.run(
                ["convert", TransposedKernels.write("pnet", in: directory), theirs, "--precision", "fp32"] + shapes)
            #expect(converted.exitCode == 0, "\(converted.errors)")
            let (right, mended) = (TransposedKernels.path("pnet"), "\(directory)/mended.mlpackage")
            let explained = try CommandLineProgram.run(["explain", right, theirs, "--mend", mended])
            #expect(explained.exitCode == 0, "\(explained.errors)")
            // The package is upright and the network is not: in the wrong order of rows and columns, all kernels but those
            // would be transposed.
            let causes = explained.output.components(separatedBy: TransposedKernels.words).count - 1
            #expect(causes == 1, "\(explained.output)")
            #expect(try CommandLineProgram.run(["compare", right, mended]).exitCode == 0)
        }
    }

    @Test("Without a diagnosis, compare says that the sides do not conform and no more")
    func noDiagnosis() throws {
        try withTemporaryDirectory { directory in
            let theirs = try TransposedKernels.write(in: directory)
            let compared = try CommandLineProgram.run(["compare", rnet, theirs, "--no-diagnosis"])
            #expect(compared.exitCode == 1 && !compared.output.contains("what was done wrong"))
        }
    }

    @Test("OpenCV 5's RNet is said to pad its first pool at the wrong side")
    func openCV() throws {
        let explained = try CommandLineProgram.run(["explain", rnet, openCVsRNet])
        #expect(explained.exitCode == 1)
        #expect(explained.output.contains(openCVsFault))
    }

    @Test("A failing page begins with what was done wrong, and says what the names of its checks mean")
    func page() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/page.html"
            let compared = try CommandLineProgram.run(["compare", rnet, openCVsRNet, "--page", path])
            #expect(compared.exitCode == 1)
            let page = String(decoding: try readFile(path), as: UTF8.self)
            let inOrder = [
                "<p class=\"next\">Begin with what was done wrong in rnet: without it, rounding explains all that differs.",
                openCVsFault, "<td class=\"number\">inf</td><td class=\"number\">finite</td>",
                "<code>isolated</code>: ", "<code>cumulative</code>: ", "<code>candidate_bound_ratio</code>: ",
                "<code>candidate_envelope_ratio</code>: ",
            ]
            var rest = page[...]
            for text in inOrder {
                let found = try #require(rest.range(of: text), "\(text)")
                rest = rest[found.upperBound...]
            }
            // No other files of a run stand beside it.
            #expect(!page.contains("summary.md") && !page.contains("<code>fp32_vs_onnx</code>"))
        }
    }

    private let openCVsRNet = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("recorded/opencv5_rnet.h5").path
    private let openCVsFault = "SAME padding has its odd pixel at the beginning, where it should be at the end"

    @Test(
        "Weights of 8 bits are the one cause named, whether their scales are held in float32 or in float16",
        arguments: ["fp32", "fp16"])
    func eightBits(precision: String) throws {
        try withTemporaryDirectory { directory in
            let theirs = "\(directory)/theirs.mlpackage"
            let pnet = fixtures.appendingPathComponent("models/pnet.onnx").path
            let converted = try CommandLineProgram.run(
                "convert", pnet, theirs, "--weights", "int8", "--precision", precision, "--shapes", "1x24x24x3")
            #expect(converted.exitCode == 0, "\(converted.errors)")
            let explained = try CommandLineProgram.run(["explain", pnet, theirs])
            let wrong = try #require(explained.output.components(separatedBy: "Confirmed").first)
            let causes = wrong.split(separator: "\n").filter { $0.hasPrefix("- ") }
            #expect(
                causes.count == 1 && causes[0].contains("int8 weights, one scale for each output channel"), "\(wrong)")
            #expect(explained.output.contains("rounded to int8 weights, one scale for each output channel"))
        }
    }

    @Test("Nothing is mended where nothing differs, and two captures cannot be explained")
    func refusals() throws {
        try withTemporaryDirectory { directory in
            let mended = "\(directory)/mended.onnx"
            let same = try CommandLineProgram.run(["explain", rnet, rnet, "--mend", mended])
            #expect(same.exitCode == 65 && same.errors.contains("nothing to undo"))
            #expect(!FileManager.default.fileExists(atPath: mended))
            let captures = fixtures.appendingPathComponent("captures/rnet.h5").path
            let two = try CommandLineProgram.run(["explain", captures, captures])
            #expect(two.exitCode == 64 && two.errors.contains("give the model"))
            #expect(try CommandLineProgram.run(["explain", rnet]).exitCode == 64)
        }
    }
}
