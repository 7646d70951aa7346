import ArgumentParser
import Benchmarking
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import JSONTree
import ModelFormats
import OutsideEngines
import Reporting
import Tensors
import Validation

struct Bench: DetectingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures how fast faces are found, or how fast a model is, and how fast other engines are.")

    /// Another engine; faces are found beside three of them.
    enum Peer: String, CaseIterable, ExpressibleByArgument {
        case onnxruntime, openvino, ncnn, opencv, litert
        case opencvClassic = "opencv-classic"

        static let ofFaceNetworks: [Peer] = [.onnxruntime, .openvino, .ncnn]
    }

    @Argument(help: "The model to measure. Default: the detector and the bundled networks.")
    var model: String?

    @Option(
        name: .customLong("input"),
        help: ArgumentHelp(
            "An input of the model as a .npy file; the name may be left out of a model with one input. Default: random "
                + "numbers of the declared shapes.", valueName: "[name=]file.npy"))
    var inputs: [String] = []

    @OptionGroup var cascade: CascadeOptions

    @OptionGroup var engines: EngineOptions

    @OptionGroup var adapters: AdapterOptions

    @OptionGroup var memory: MemoryOptions

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
        if model == nil {
            if !inputs.isEmpty { throw ValidationError("--input is for a model, which is the argument of bench") }
            if let peer = against.first(where: { !Peer.ofFaceNetworks.contains($0) }) {
                throw ValidationError(
                    "--against \(peer.rawValue) is for a model, which is the argument of bench; without one it is "
                        + Peer.ofFaceNetworks.map(\.rawValue).joined(separator: ", "))
            }
        } else if frames != nil {
            throw ValidationError("--frames is for the detector, not for a model")
        }
    }

    func run() throws {
        try RunOutputs.expect(file: json)
        if let model { return try measure(model) }
        let frames = try FrameDirectory(frames ?? bundled("Fixtures/frames"))
        guard !frames.files.isEmpty else { throw CommandError(.noInput, "\(frames.path) holds no frames") }
        let engine = try chosenEngine()
        Terminal.progress("frames")
        let detection = try DetectionBenchmark(
            detector(engine), files: frames.files.map { frames.url(of: $0).path },
            reading: cascade.reading, rounds: rounds)
        let memory = Machine.peakMemory
        let peak = Machine.multiplyAddPeak()
        let networks = try networks(engines.arithmetic)
        let measured = try NetworkInput.bundled.map { input in
            Terminal.progress(input.name)
            return try NetworkBenchmark(networks(input), on: input, peak: peak)
        }
        let benchmark = Benchmark(
            detector: engine.side, arithmetic: engines.arithmetic.rawValue, detection: detection, peakMemoryMb: memory,
            multiplyAddPeakGflops: peak, networks: measured, against: try ratios())
        if let json { try RunOutputs.write(benchmark, to: json) }
        Terminal.clearProgress()
        try Terminal.output(benchmark.table)
    }

    private func measure(_ path: String) throws {
        let model = try Model(contentsOf: path)
        let given = try GivenTensor.all(inputs, for: model.graph)
        var tensors = Dictionary(given.map { ($0.name, $0.values) }, uniquingKeysWith: { $1 })
        if tensors.isEmpty {
            let drawn = try ComparedInputs(for: model.graph, seed: 1).cases[0].inputs
            tensors = Dictionary(drawn.map { ($0.name, $0.values) }, uniquingKeysWith: { $1 })
        }
        Threads.limit = 1
        let others = try against.map { peer in
            let adapter = try adapters.adapter(peer.rawValue)
            return (peer.rawValue, try OutsideEngine(adapter, model: path, graph: model.graph))
        }
        Terminal.progress(path)
        let engine = try model.engine(engines.arithmetic)
        let benchmark = try ModelBenchmark(
            model: model.name, engine, on: tensors, peak: Machine.multiplyAddPeak(), rounds: 2 * rounds + 1,
            against: others)
        if let json { try RunOutputs.write(benchmark, to: json) }
        Terminal.clearProgress()
        try Terminal.output(benchmark.table)
    }

    /// The other engines compute in float32, and so do we beside them.
    private func ratios() throws -> [SpeedRatio] {
        let networks = try networks(.fp32)
        return try against.flatMap { peer in
            let engine = try PeerEngine(
                peer.rawValue, python: adapters.interpreter,
                adapter: bundled("validation/bench_engine.py"),
                models: cascade.modelsDirectory(), secondsToAnswer: adapters.engineTimeout
            )
            return try NetworkInput.bundled.map { input in
                Terminal.progress("\(peer.rawValue), \(input.name)")
                return try SpeedRatio(networks(input), on: input, against: engine, rounds: 41)
            }
        }
    }

    private func networks(_ arithmetic: ArithmeticName) throws -> (NetworkInput) throws -> GraphFaceNetwork {
        let directory = try cascade.modelsDirectory()
        let networks = try CascadeNetwork.allCases.map { network in
            try GraphFaceNetwork(
                network, graph: Model(named: network.modelName, in: directory).graph, arithmetic: arithmetic)
        }
        return { input in networks[CascadeNetwork.allCases.firstIndex(of: input.network) ?? 0] }
    }
}
