import Captures
import Conformance
import Detection
import Engines
import Foundation
import ModelFormats
import NetworkGraph

extension LayerReport {
    /// The built-in engine.
    public static let builtIn = Side(engine: "mtcnn-validate", arithmetic: ArithmeticName.fp32.rawValue)

    /// Runs every model of which there is a capture in float32, and compares it with the capture.
    ///
    /// - Parameters:
    ///   - models: a directory of models.
    ///   - captures: a directory of captures, each at the path that its model has in the other.
    ///   - candidate: what computes the models.
    ///   - engine: gives the candidate's engine for a model's graph, or for a part of it.
    ///   - outputsOnly: whether to leave out all layers but the networks' outputs.
    ///   - shard: which of each capture's cases to compare.
    ///   - progress: is told of each network and case before it is computed.
    /// - Throws: what reading and comparing throw, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no captures.
    public init(
        models: String, captures: String, candidate: Side = builtIn,
        engine: @Sendable (Model, Graph) throws -> any Engine = { try $0.engine(.fp32, for: $1) },
        deviations: [KnownDeviation], outputsOnly: Bool = false, shard: Shard = .whole,
        progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let compared = try inputFiles(in: captures, withExtensions: ["h5"]).map { path in
            let network = String(path.dropLast(".h5".count))
            let capture = try CaptureFile(contentsOf: "\(captures)/\(path)")
            let model = try LayerReport.model(of: network, in: models)
            if model.isOtherForm(than: capture) {
                let comparison = try NetworkComparison(
                    of: try LayerReport.faceNetwork(network, model, engine), model: model, with: capture,
                    name: network, shard: shard
                ) { progress("\(network), \($0)") }
                return (comparison, Side(capture.header))
            }
            let comparison = try NetworkComparison(
                of: try engine(model, model.graph), running: model, with: capture,
                network: network, bound: .float32, outputsOnly: outputsOnly, shard: shard
            ) { progress("\(network), \($0)") }
            return (comparison, Side(capture.header))
        }
        var baselines = [Side]()
        for (_, side) in compared where !baselines.contains(side) { baselines.append(side) }
        guard let baseline = baselines.first else {
            throw ComparisonError.nothingInCommon("\(captures) holds no captures")
        }
        guard baselines.count == 1 else { throw ComparisonError.severalBaselines(baselines.map(\.words)) }
        self.init(
            baseline: baseline, candidate: candidate, outputsOnly: outputsOnly, thresholds: .float32,
            deviations: deviations,
            networks: try compared.map(\.0) + LayerReport.networksWithoutCapture(models, compared.map(\.0)))
    }
}

extension LayerReport {
    /// The model at a capture's path or, where the directory has none there, of the same name at its top.
    private static func model(of network: String, in models: String) throws(ModelError) -> Model {
        let path = URL(fileURLWithPath: "\(models)/\(network)")
        do {
            return try Model(named: path.lastPathComponent, in: path.deletingLastPathComponent().path)
        } catch {
            guard case .unreadable = error, network.contains("/") else { throw error }
            return try Model(named: path.lastPathComponent, in: models)
        }
    }

    /// The cascade's networks whose model was compared with no capture.
    private static func networksWithoutCapture(
        _ models: String, _ compared: [NetworkComparison]
    ) throws -> [NetworkComparison] {
        let judged = Set(compared.map(\.modelSHA256))
        return try CascadeNetwork.allCases.map(\.modelName).compactMap { name in
            do throws(ModelError) {
                let model = try Model(named: name, in: models)
                return judged.contains(model.sha256)
                    ? nil
                    : NetworkComparison(network: name, modelSHA256: model.sha256, cases: [], layersNotCompared: [])
            } catch {
                // There is no such model, and so nothing to compare.
                if case .unreadable = error { return nil }
                throw error
            }
        }
    }

    /// The model as one of the cascade's networks, which must be float32 throughout.
    private static func faceNetwork(
        _ name: String, _ model: Model, _ engine: (Model, Graph) throws -> any Engine
    ) throws -> GraphFaceNetwork {
        try model.requireFloat32(as: "fp32_vs_onnx")
        let ownName = URL(fileURLWithPath: name).lastPathComponent.lowercased()
        guard let kind = CascadeNetwork.allCases.first(where: { $0.modelName == ownName }) else {
            throw ComparisonError.nothingInCommon("\(name) is none of pnet, rnet and onet")
        }
        return try GraphFaceNetwork(kind, graph: model.graph) { try engine(model, $0) }
    }
}

extension Model {
    /// Whether the capture was recorded of the same network in another format, so that only answers can be compared.
    fileprivate func isOtherForm(than capture: CaptureFile) -> Bool {
        guard capture.header.modelSHA256 != sha256 else { return false }
        if case .onnx = format { return false }
        return true
    }
}

extension Side {
    public init(_ header: CaptureHeader) {
        self.init(engine: header.engine, engineVersion: header.engineVersion, arithmetic: header.arithmetic)
    }
}
