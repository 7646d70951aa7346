import ArgumentParser
import Benchmarking
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import JSONTree
import ModelFormats
import Reporting
import Validation

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures how fast faces are found, how fast each network is, and how fast other engines are.")

    enum Peer: String, CaseIterable, ExpressibleByArgument {
        case onnxruntime, openvino, ncnn
    }

    @OptionGroup var options: DetectorOptions

    @Option(help: ArgumentHelp("The frames to find faces in. Default: the bundled ones.", valueName: "dir"))
    var frames: String?

    @Option(help: "How often each frame is measured.")
    var rounds = 5

    @Option(help: "An engine to compare the networks with, interleaved; may be repeated.")
    var against: [Peer] = []

    @Option(help: ArgumentHelp("Write what was measured to this file.", valueName: "file"))
    var json: String?

    func validate() throws {
        if rounds < 1 { throw ValidationError("--rounds must be at least 1") }
    }

    func run() throws {
        try RunOutputs.expect(file: json)
        let frames = try FrameDirectory(frames ?? bundled("Fixtures/frames"))
        guard !frames.files.isEmpty else { throw CommandError(.noInput, "\(frames.path) holds no frames") }
        let engine = try options.chosenEngine()
        Terminal.progress("frames")
        let detection = try DetectionBenchmark(
            options.detector(engine), files: frames.files.map { frames.url(of: $0).path },
            reading: options.cascade.reading, rounds: rounds)
        let memory = Machine.peakMemory
        let peak = Machine.multiplyAddPeak()
        let networks = try networks(options.arithmetic)
        let measured = try NetworkInput.bundled.map { input in
            Terminal.progress(input.name)
            return try NetworkBenchmark(networks(input), on: input, peak: peak)
        }
        let benchmark = Benchmark(
            detector: engine.side, arithmetic: options.arithmetic.rawValue, detection: detection, peakMemoryMb: memory,
            multiplyAddPeakGflops: peak, networks: measured, against: try ratios())
        if let json { try RunOutputs.write(benchmark, to: json) }
        Terminal.clearProgress()
        try Terminal.output(benchmark.table)
    }

    /// The other engines compute in float32, and so do we beside them.
    private func ratios() throws -> [SpeedRatio] {
        let networks = try networks(.fp32)
        return try against.flatMap { peer in
            let engine = try PeerEngine(
                peer.rawValue, python: options.engineOptions.adapters.interpreter,
                adapter: bundled("validation/bench_engine.py"),
                models: options.cascade.modelsDirectory(), secondsToAnswer: options.engineOptions.adapters.engineTimeout
            )
            return try NetworkInput.bundled.map { input in
                Terminal.progress("\(peer.rawValue), \(input.name)")
                return try SpeedRatio(networks(input), on: input, against: engine, rounds: 41)
            }
        }
    }

    private func networks(_ arithmetic: ArithmeticName) throws -> (NetworkInput) throws -> GraphFaceNetwork {
        let directory = try options.cascade.modelsDirectory()
        let networks = try CascadeNetwork.allCases.map { network in
            try GraphFaceNetwork(
                network, graph: Model(named: network.modelName, in: directory).graph, arithmetic: arithmetic)
        }
        return { input in networks[CascadeNetwork.allCases.firstIndex(of: input.network) ?? 0] }
    }
}
