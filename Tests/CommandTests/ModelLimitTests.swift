import Foundation
import TestSupport
import Tensors
import Testing

/// What model files may make the program do, seen from outside.
@Suite struct ModelLimitTests {
    let pnet = fixtures.appendingPathComponent("models/pnet.onnx").path

    @Test("A file of more bytes than --max-memory is refused with both, and one within it is read")
    func maxMemory() throws {
        let refused = try CommandLineProgram.run("inspect", pnet, "--max-memory", "1kB")
        #expect(refused.exitCode == 65 && refused.errors.contains("more than the limit of 1000 bytes"))
        #expect(try CommandLineProgram.run("inspect", pnet, "--max-memory", "64MiB").exitCode == 0)
        #expect(try CommandLineProgram.run("inspect", pnet, "--max-memory", "much").exitCode == 64)
    }

    @Test("A computation that would take more than --max-memory is refused before it, at its node")
    func maxMemoryOfTensors() throws {
        try withTemporaryDirectory { directory in
            let input = AnyTensor.float32(Tensor([1, 300, 300, 3], repeating: 0))
            try Data(input.npy).write(to: URL(fileURLWithPath: "\(directory)/x.npy"))
            let outcome = try CommandLineProgram.run(
                "run", pnet, "--input", "\(directory)/x.npy", "--output", "\(directory)/o.h5", "--max-memory", "2MB")
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("pnet.onnx: node ") && outcome.errors.contains("--max-memory"))
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/o.h5"))
        }
    }

    @Test("A device is refused at once, and a pipe among the models without being opened")
    func specialFiles() throws {
        let device = try CommandLineProgram.run("inspect", "/dev/zero")
        #expect(device.exitCode == 66 && device.errors.contains("it is a device"))
        try withTemporaryDirectory { directory in
            #expect(mkfifo("\(directory)/pnet.onnx", 0o600) == 0)
            let pipe = try CommandLineProgram.run("convert", directory, "\(directory)/out")
            #expect(pipe.exitCode == 66 && pipe.errors.contains("it is a pipe"), "\(pipe.errors)")
        }
    }

    @Test("A name that a terminal would obey is shown with numbers in place of what it obeys")
    func names() throws {
        let outcome = try CommandLineProgram.run("inspect", "/nowhere/\u{1B}[2J\nconforms\u{202E}.onnx")
        #expect(outcome.exitCode == 66)
        #expect(outcome.errors.contains("/nowhere/\\u{1B}[2J\\u{A}conforms\\u{202E}.onnx"), "\(outcome.errors)")
    }
}
