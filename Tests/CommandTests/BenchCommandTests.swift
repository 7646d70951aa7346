import Benchmarking
import Foundation
import JSONTree
import TestSupport
import Testing

/// The command `bench`.
@Suite struct BenchCommandTests {
    @Test("A benchmark measures every network and stage of the frames that it is given")
    func bench() throws {
        try withTemporaryDirectory { directory in
            let none = try CommandLineProgram.run("bench", "--frames", directory)
            #expect(none.exitCode == 66 && none.errors.contains("holds no frames"))
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("frames/13_mona_lisa.jpg").path, toPath: "\(directory)/a.jpg")
            let written = "\(directory)/bench.json"
            let run = try CommandLineProgram.run(
                "bench", "--frames", directory, "--min-face-size", "80", "--rounds", "2", "--threads", "1", "--json",
                written)
            #expect(
                run.exitCode == 0 && run.output.contains("frames: 1, threads: 1, engine: mtcnn-validate fp32"),
                "\(run.errors)")
            let json = try JSON(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: written))), file: written)
            let schema = fixtures.deletingLastPathComponent()
                .appendingPathComponent("validation/schemas/bench.schema.json")
            #expect(
                JSONSchema(try JSON(parsing: [UInt8](Data(contentsOf: schema)), file: schema.path))
                    .violations(in: json) == [])
            let benchmark = try json.decode(Benchmark.self)
            #expect(benchmark.detection.latency.count == 2)
            #expect(benchmark.networks.map(\.input) == NetworkInput.bundled.map(\.name))
            #expect(benchmark.networks.allSatisfy { $0.gflops > 0 && $0.peakFraction > 0 })
            let stages = benchmark.detection.stages
            #expect([stages.decodingMs, stages.pnetMs, stages.rnetMs, stages.onetMs].allSatisfy { $0 > 0 })
        }
    }

    @Test("A benchmark of a model measures it on given inputs, and compares no engine that computes something else")
    func benchModel() throws {
        try withTemporaryDirectory { directory in
            let model = fixtures.appendingPathComponent("models/rnet.onnx").path
            let written = "\(directory)/bench.json"
            let run = try CommandLineProgram.run("bench", model, "--rounds", "1", "--json", written)
            #expect(run.exitCode == 0 && run.output.contains("built-in fp32, 1 thread"), "\(run.errors)")
            let json = try JSON(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: written))), file: written)
            let schema = fixtures.deletingLastPathComponent()
                .appendingPathComponent("validation/schemas/bench-model.schema.json")
            #expect(
                JSONSchema(try JSON(parsing: [UInt8](Data(contentsOf: schema)), file: schema.path))
                    .violations(in: json) == [])
            let benchmark = try json.decode(ModelBenchmark.self)
            #expect(benchmark.time.count >= 5 && benchmark.gflops > 0 && benchmark.against.isEmpty)

            // It answers zeros, of the right shapes.
            let adapter = "\(directory)/zeros.py"
            try Data(Self.zeros.utf8).write(to: URL(fileURLWithPath: adapter))
            let other = try CommandLineProgram.run(
                "bench", model, "--rounds", "1", "--against", "onnxruntime", "--engine-adapter", adapter)
            #expect(
                other.exitCode != 0 && other.errors.contains("onnxruntime computes something else"), "\(other.errors)")

            let frames = try CommandLineProgram.run("bench", model, "--frames", directory)
            #expect(frames.exitCode == 64 && frames.errors.contains("--frames is for the detector"))
            let input = try CommandLineProgram.run("bench", "--input", "x.npy")
            #expect(input.exitCode == 64 && input.errors.contains("--input is for a model"))
        }
    }

    /// An adapter that gives zeros for the outputs of rnet.onnx, whatever it is asked for.
    private static let zeros =
        adapterProgram + #"""
            send({"message": "ready", "engine": "zeros", "outputs": receive()[0]["outputs"]})
            while True:
                count = int(receive()[1][0].split(b"'shape': (")[1].split(b",")[0])
                files = {"dense_2": npy((count, 4), [0] * 4 * count), "softmax_1": npy((count, 2), [0] * 2 * count)}
                parts = [{"name": name, "bytes": len(file)} for name, file in files.items()]
                send({"message": "result", "tensors": parts}, files.values())
            """#
}
