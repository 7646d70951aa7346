import Captures
import Conformance
import Engines
import ModelFormats

extension LayerReport {
    /// The built-in engine.
    public static let builtIn = Side(engine: "mtcnn-validate", arithmetic: ArithmeticName.fp32.rawValue)

    /// Runs every model of which there is a capture in float32, and compares it with the capture.
    ///
    /// - Parameters:
    ///   - models: a directory of models.
    ///   - captures: a directory of captures, each at the path that its model has in the other.
    ///   - candidate: what computes the models.
    ///   - engine: gives the candidate's engine for a model.
    ///   - outputsOnly: whether to leave out all layers but the networks' outputs.
    ///   - shard: which of each capture's cases to compare.
    ///   - progress: is told of each network and case before it is computed.
    /// - Throws: what reading and comparing throw, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no captures.
    public init(
        models: String, captures: String, candidate: Side = builtIn,
        engine: @Sendable (Model) throws -> any Engine = { try $0.engine(.fp32) },
        deviations: [KnownDeviation], outputsOnly: Bool = false, shard: Shard = .whole,
        progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let compared = try concurrentMap(try inputFiles(in: captures, withExtension: "h5")) { path in
            let network = String(path.dropLast(".h5".count))
            let capture = try CaptureFile(contentsOf: "\(captures)/\(path)")
            let model = try Model(contentsOf: "\(models)/\(network).onnx")
            let comparison = try NetworkComparison(
                of: try engine(model), running: model, with: capture,
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
            baseline: baseline, candidate: candidate, thresholds: .float32, deviations: deviations,
            networks: compared.map(\.0))
    }
}

extension Side {
    public init(_ header: CaptureHeader) {
        self.init(engine: header.engine, engineVersion: header.engineVersion, arithmetic: header.arithmetic)
    }
}
