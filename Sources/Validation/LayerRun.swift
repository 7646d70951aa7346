import Captures
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import ModelFormats
import NetworkGraph
import Tensors

/// Networks compared layer by layer with an outside engine's recordings.
package struct LayerMeasurement: Sendable {
    package let baseline: Side
    package let candidate: Side
    /// Whether only the networks' outputs were compared.
    package let outputsOnly: Bool
    package let networks: [NetworkComparison]

    package init(baseline: Side, candidate: Side, outputsOnly: Bool = false, networks: [NetworkComparison]) {
        self.baseline = baseline
        self.candidate = candidate
        self.outputsOnly = outputsOnly
        self.networks = networks
    }
}

extension LayerMeasurement {
    /// The built-in engine.
    package static let builtIn = Side(engine: "mtcnn-validate", arithmetic: ArithmeticName.fp32.rawValue)

    /// Runs every float32 model that has a capture and compares it with the capture. Networks outside the cascade have
    /// no limits from a report: they conform if rounding explains each side's error.
    ///
    /// - Parameters:
    ///   - models: the cascade's networks, and those with captures.
    ///   - captures: each at the same path as its model in the other directory.
    ///   - computing: what computes the models.
    ///   - engine: returns the engine for a model's graph, or for a part of it.
    ///   - candidate: which side is judged. By default, the recordings are if all come from exactly the computed
    ///     models; else the models are.
    ///   - outputsOnly: whether to compare only the networks' outputs.
    ///   - tasks: the metrics to measure on the networks' outputs.
    ///   - shard: which of each capture's cases to compare.
    ///   - progress: called with each network and case before it is computed.
    /// - Throws: the errors of reading and comparing, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no captures.
    package init(
        models: ModelLibrary, captures: CaptureLibrary, computing side: Side = builtIn,
        engine: @Sendable (Model, Graph) throws -> any Engine = { try $0.engine(.fp32, for: $1) },
        judging candidate: LayerComparison.Candidate = .engine,
        outputsOnly: Bool = false, tasks: [TaskMetric] = [], programs: ProgramTasks = ProgramTasks(),
        shard: Shard = .whole,
        progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let paths = try captures.paths
        let recordings = try zip(paths, captures.captures(at: Array(paths))).map { path, capture in
            let network = String(path.dropLast(".h5".count))
            return (network: network, capture: capture, model: try LayerMeasurement.model(of: network, in: models))
        }
        guard !recordings.isEmpty else {
            throw ComparisonError.nothingInCommon("\(captures.directory) holds no captures")
        }
        let recorded = recordings.map { Side($0.capture.header) }.reduce(into: [Side]()) { sides, side in
            if !sides.contains(side) { sides.append(side) }
        }
        guard recorded.count == 1 else { throw ComparisonError.severalBaselines(recorded.map(\.words)) }
        let candidate = recordings.contains { $0.model.isOtherForm(than: $0.capture) } ? .engine : candidate
        try tasks.requireOutputs(among: recordings.flatMap(\.model.graph.outputs))
        func comparison(
            _ network: String, _ capture: CaptureFile, _ model: Model
        ) throws -> NetworkComparison {
            if LayerMeasurement.faceNetwork(named: network) == nil {
                let sides = (
                    engine: ComparedSide.model(model, try engine(model, model.graph), .fp32),
                    recording: ComparedSide.capture(capture)
                )
                var comparison = try NetworkComparison(
                    of: candidate == .engine ? sides.engine : sides.recording,
                    with: candidate == .engine ? sides.recording : sides.engine, named: network, shard: shard,
                    outputsOnly: outputsOnly, tasks: tasks.on(model.graph.outputs)
                ) { progress("\(network), \($0)") }
                comparison.limits = .rounding
                return comparison
            }
            if model.isOtherForm(than: capture) {
                return try NetworkComparison(
                    of: try LayerMeasurement.faceNetwork(network, model, engine), model: model, with: capture,
                    name: network, shard: shard
                ) { progress("\(network), \($0)") }
            }
            return try NetworkComparison(
                of: try engine(model, model.graph), running: model, with: capture, network: network,
                candidate: candidate, bound: .float32, outputsOnly: outputsOnly,
                oracle: sharesResults(network) ? models.oracle(of: model) : nil,
                tasks: tasks.on(model.graph.outputs), shard: shard
            ) { progress("\(network), \($0)") }
        }
        // Another report asks for exact results of the cascade's own networks. They come last: until then none are kept.
        func sharesResults(_ network: String) -> Bool { CascadeNetwork.allCases.contains { $0.modelName == network } }
        var made = [String: NetworkComparison]()
        for shares in [false, true] {
            for recording in recordings where sharesResults(recording.network) == shares {
                made[recording.network] = try comparison(recording.network, recording.capture, recording.model)
            }
        }
        var compared = recordings.compactMap { made[$0.network] }
        for (index, recording) in recordings.enumerated() where !programs.isEmpty {
            let model = recording.model
            let sides = (
                ComparedSide.capture(recording.capture),
                ComparedSide.model(model, try engine(model, model.graph), .fp32)
            )
            compared[index].measuredByPrograms = try programs.measure(
                candidate == .engine ? sides.0 : sides.1, candidate == .engine ? sides.1 : sides.0)
        }
        self.init(
            baseline: candidate == .engine ? recorded[0] : side, candidate: candidate == .engine ? side : recorded[0],
            outputsOnly: outputsOnly,
            networks: try compared + LayerMeasurement.networksWithoutCapture(models, compared))
    }
}

extension LayerMeasurement {
    /// The model at a capture's path or, if there is none, the one of the same name at the directory's top.
    static func model(of network: String, in models: ModelLibrary) throws(ModelError) -> Model {
        do {
            return try models.model(network)
        } catch {
            guard case .unreadable = error, let name = network.split(separator: "/").last, name != network else {
                throw error
            }
            return try models.model(String(name))
        }
    }

    /// The networks without a capture for their model: of the cascade's and, if the directory lacks one of these, of
    /// all in the directory.
    private static func networksWithoutCapture(
        _ models: ModelLibrary, _ compared: [NetworkComparison]
    ) throws -> [NetworkComparison] {
        let judged = Set(compared.map(\.modelSHA256))
        let own = try models.missingFaceNetworks.isEmpty ? [] : models.names
        return try (CascadeNetwork.allCases.map(\.modelName) + own).withoutRepeats.compactMap { name in
            do throws(ModelError) {
                let model = try models.model(name)
                return judged.contains(model.sha256)
                    ? nil
                    : NetworkComparison(network: name, modelSHA256: model.sha256, cases: [], layersNotCompared: [])
            } catch {
                // There is no such model, so there is nothing to compare.
                if case .unreadable = error { return nil }
                throw error
            }
        }
    }

    private static func faceNetwork(named network: String) -> CascadeNetwork? {
        let name = URL(fileURLWithPath: network).lastPathComponent.lowercased()
        return CascadeNetwork.allCases.first { $0.modelName == name }
    }

    /// The model as a network of the cascade, which must be float32 throughout.
    private static func faceNetwork(
        _ name: String, _ model: Model, _ engine: (Model, Graph) throws -> any Engine
    ) throws -> GraphFaceNetwork {
        try model.requireFloat32(as: "fp32_vs_onnx")
        guard let kind = faceNetwork(named: name) else {
            throw ComparisonError.nothingInCommon("\(name) is not pnet, rnet or onet")
        }
        return try GraphFaceNetwork(kind, graph: model.graph) { try engine(model, $0) }
    }
}

extension Model {
    /// Whether the capture records the same network in another format, so that only answers can be compared.
    fileprivate func isOtherForm(than capture: CaptureFile) -> Bool {
        capture.header.modelSHA256 != sha256 && format != .onnx
    }
}
