import Conformance
import Detection
import FaceConformance
import Foundation
import TestSupport
import Testing

@Suite struct EngineCommandTests {
    private let frame = fixtures.appendingPathComponent("frames/24_tiny_faces.jpg").path

    /// The environment that `validation/requirements.txt` fills.
    static let python = fixtures.deletingLastPathComponent().appendingPathComponent(".venv/bin/python").path
    static let hasONNXRuntime: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", "import numpy, onnx, onnxruntime"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// An adapter that loads, and does what `lines` say with a request.
    private func adapter(_ directory: String, _ lines: String...) throws -> String {
        let path = "\(directory)/adapter.py"
        let program = """
            import json, os, signal, sys, time
            def receive():
                header = json.loads(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))
                for part in header.get("tensors", []): sys.stdin.buffer.read(part["bytes"])
                return header
            def send(header):
                text = json.dumps(header).encode()
                sys.stdout.buffer.write(b"%d\\n" % len(text) + text)
                sys.stdout.buffer.flush()
            outputs = receive()["outputs"]
            send({"message": "ready", "engine": "fake", "outputs": outputs})
            receive()

            """
        try Data((program + lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func validate(_ directory: String, _ adapter: String) throws -> CommandLineProgram.Outcome {
        try CommandLineProgram.run(
            "--engine", "onnxruntime", "--engine-adapter", adapter, "--python", "python3", "--engine-timeout", "2",
            "--report", "\(directory)/out")
    }

    @Test("An adapter that is killed in mid-run or is too late ends the run with 70, and no report is written")
    func failures() throws {
        try withTemporaryDirectory { directory in
            let killed = try validate(directory, adapter(directory, "os.kill(os.getpid(), signal.SIGKILL)"))
            #expect(killed.exitCode == 70, "\(killed.errors)")
            #expect(killed.errors.contains("its adapter ended without an answer"))
            let late = try validate(directory, adapter(directory, "time.sleep(600)"))
            #expect(late.exitCode == 70 && late.errors.contains("did not answer within 2.0 s"), "\(late.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/out") == [])
        }
    }

    @Test("An invalid answer ends the run with 65, and no report is written")
    func nonsense() throws {
        try withTemporaryDirectory { directory in
            let silent = try validate(directory, adapter(directory, #"send({"message": "result"})"#, "receive()"))
            #expect(silent.exitCode == 65 && silent.errors.contains("there is no output"), "\(silent.errors)")
            let garbage = try validate(directory, adapter(directory, #"print("ok", flush=True)"#, "receive()"))
            #expect(garbage.exitCode == 65, "\(garbage.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/out") == [])
        }
    }

    @Test("compare judges an outside engine's answers, on inputs that are drawn or a capture's")
    func comparison() throws {
        let model = fixtures.appendingPathComponent("models/rnet.onnx").path
        let capture = fixtures.appendingPathComponent("captures/rnet.h5").path
        // One half for each number of the outputs [N, 2] and [N, 4], whatever the request's batch N.
        let answer = [
            "import struct", "def npy(n, k):",
            "    text = \"{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\" % (n, k)",
            "    text += ' ' * (63 - (10 + len(text)) % 64) + chr(10)",
            "    start = b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(text))",
            "    return start + text.encode() + struct.pack('<f', .5) * n * k",
            "while True:", "    files = [npy(count, 4 if 'dense' in name else 2) for name in outputs]",
            "    parts = [{'name': n, 'bytes': len(f)} for n, f in zip(outputs, files)]",
            "    text = json.dumps({'message': 'result', 'tensors': parts}).encode()",
            "    sys.stdout.buffer.write(b'%d' % len(text) + bytes([10]) + text + b''.join(files))",
            "    sys.stdout.buffer.flush()", "    receive()",
        ]
        try withTemporaryDirectory { directory in
            let path = "\(directory)/half.py"
            let program = try String(contentsOfFile: adapter(directory), encoding: .utf8)
                .replacingOccurrences(
                    of: "    for part in header.get(\"tensors\", []): sys.stdin.buffer.read(part[\"bytes\"])",
                    with: """
                            global count
                            for part in header.get("tensors", []):
                                count = int(sys.stdin.buffer.read(part["bytes"])[10:].split(b"(")[1].split(b",")[0])
                        """)
            try Data((program + answer.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
            let options = ["--engine", "ncnn", "--engine-adapter", path, "--python", "python3", "--no-diagnosis"]
            for baseline in [model, capture] {
                let outcome = try CommandLineProgram.run(["compare", baseline, model] + options)
                #expect(outcome.exitCode == 1 && outcome.output.contains("Candidate: fake"), "\(outcome.errors)")
                #expect(outcome.output.contains("softmax_1") && outcome.output.contains("dense_2"))
            }
            let wrong = try CommandLineProgram.run(["compare", model, capture] + options)
            #expect(wrong.exitCode == 64 && wrong.errors.contains("this side is a capture"))
            let automatic = try CommandLineProgram.run("compare", model, model, "--engine", "auto")
            #expect(automatic.exitCode == 64 && automatic.errors.contains("name the engine"))
        }
    }

    @Test(
        "ONNX Runtime's answers to a network conform, on either side",
        .enabled(if: hasONNXRuntime, "onnxruntime is not installed"), arguments: ["--engine", "--baseline-engine"])
    func comparisonWithONNXRuntime(option: String) throws {
        let model = fixtures.appendingPathComponent("models/rnet.onnx").path
        let outcome = try CommandLineProgram.run(
            "compare", model, model, option, "onnxruntime", "--python", Self.python)
        #expect(outcome.exitCode == 0 && outcome.output.contains("onnxruntime"), "\(outcome.errors)")
    }

    @Test("Without any outside engine, auto takes the built-in one, and says why")
    func automaticFallback() throws {
        let outcome = try CommandLineProgram.run("detect", frame, "--engine", "auto", "--python", "/nowhere/python")
        #expect(outcome.exitCode == 0 && outcome.output.contains("faces"))
        for link in ["coreml, float16", "coreml, float32", "onnxruntime with its Core ML provider", "onnxruntime on"] {
            #expect(outcome.errors.contains("engine \(link)"), "\(outcome.errors)")
        }
        #expect(outcome.errors.contains("engine: mtcnn-validate fp32"))
    }

    @Test("An outside engine reads no form but ONNX: auto passes it over, and says why")
    func otherForms() throws {
        let models = fixtures.appendingPathComponent("models/caffe").path
        let outcome = try CommandLineProgram.run("detect", frame, "--engine", "auto", "--models", models)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("onnxruntime reads ONNX files alone"))
        #expect(outcome.errors.contains("engine: mtcnn-validate fp32"))
    }

    @Test("An arithmetic is the built-in engine's: none is dropped in silence", arguments: ["auto", "onnxruntime"])
    func arithmetic(engine: String) throws {
        let outcome = try CommandLineProgram.run("detect", frame, "--engine", engine, "--arithmetic", "fp16-fma")
        #expect(outcome.exitCode == 64 && outcome.errors.contains("--engine builtin"))
    }

    @Test("An engine that is asked for by name and is not there is an error, not another engine")
    func missingEngine() throws {
        let outcome = try CommandLineProgram.run(
            "detect", frame, "--engine", "onnxruntime", "--python", "/nowhere/python")
        #expect(outcome.exitCode == 70 && outcome.output.isEmpty)
    }

    @Test(
        "ONNX Runtime finds the faces that the built-in engine finds, and auto takes it",
        .enabled(if: hasONNXRuntime, "there is no .venv with validation/requirements.txt"))
    func onnxRuntime() throws {
        try withTemporaryDirectory { directory in
            let arguments = ["detect", frame, "--min-face-size", "40", "--json"]
            let outside = try CommandLineProgram.run(
                arguments + ["\(directory)/outside.json", "--engine", "auto", "--python", Self.python])
            #expect(outside.errors.contains("engine: onnxruntime"), "\(outside.errors)")
            _ = try CommandLineProgram.run(arguments + ["\(directory)/own.json"])
            func faces(_ name: String) throws -> [Face] {
                let document = try DetectionDocument(contentsOf: URL(fileURLWithPath: "\(directory)/\(name).json"))
                return document.images.flatMap(\.faces)
            }
            let matching = FaceMatching(file: "", expected: try faces("own"), found: try faces("outside"))
            #expect(matching.missed.isEmpty && matching.falsePositives.isEmpty && matching.matches.count > 2)
            #expect(matching.matches.allSatisfy { $0.intersectionOverUnion > 0.99 })
        }
    }
}
