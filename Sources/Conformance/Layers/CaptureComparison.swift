import Captures
import Engines
import ModelFormats
import Tensors

extension NetworkComparison {
    /// Compares an engine with what a capture recorded of the same model, case by case.
    ///
    /// - Parameters:
    ///   - network: the name to report under.
    ///   - shard: which of the capture's cases to compare.
    ///   - progress: is told of each case before it is computed.
    /// - Throws: ``Captures/CaptureError`` for a capture that is damaged or of another model,
    ///   ``ComparisonError`` where its tensors do not fit the candidate's, and what the engine throws.
    public init(
        of candidate: any Engine, running model: Model, with capture: CaptureFile, network: String,
        bound: RoundingBound, outputsOnly: Bool = false, shard: Shard = .whole,
        progress: @Sendable (_ caseName: String) -> Void = { _ in }
    ) throws {
        guard capture.header.modelSHA256 == model.sha256 else {
            throw CaptureError.stale(
                file: capture.path,
                reason: "it was recorded with a model of sha256 \(capture.header.modelSHA256); "
                    + "\"\(model.name)\" has \(model.sha256)")
        }
        let outputsOnly = outputsOnly || !candidate.observesNodes
        let comparison = try LayerComparison(of: candidate, bound: bound)
        let names = shard.stretch(of: capture.caseNames)
        @Sendable func read(_ name: String) throws -> (recorded: RecordedCase, unknown: [String]) {
            let read = try capture.readCase(name)
            let recorded = RecordedCase(read)
            let unknown = read.tensors.filter {
                ($0.isGraphOutput || !outputsOnly) && !comparison.knows($0.name, among: recorded.inputs)
            }
            return (recorded, unknown.map(\.name))
        }
        // The threads share the cases that are compared whole, and then the slices of each of the others.
        let whole = try concurrentMap(names, inTurn: candidate.answersInTurn) {
            name -> (metrics: CaseMetrics, unknown: [String])? in
            let (recorded, unknown) = try read(name)
            guard comparison.slices(of: recorded).count == 1 else { return nil }
            progress(name)
            return (try comparison.compare(with: recorded, outputsOnly: outputsOnly), unknown)
        }
        let cases = try zip(names, whole).map { name, compared in
            if let compared { return compared }
            progress(name)
            let (recorded, unknown) = try read(name)
            return (try comparison.compare(with: recorded, outputsOnly: outputsOnly), unknown)
        }
        let compared = Set(cases.flatMap { $0.metrics.layers.map(\.layer) })
        let wanted = model.graph.nodes.flatMap(\.outputs)
            .filter { !outputsOnly || model.graph.outputs.contains($0) }
        self.init(
            network: network, modelSHA256: model.sha256, cases: cases.map(\.metrics),
            layersNotCompared: wanted.filter { !compared.contains($0) } + cases.flatMap(\.unknown).withoutRepeats)
    }

    /// Compares two captures of one model, tensor by tensor.
    ///
    /// - Throws: ``Captures/CaptureError`` for captures that are damaged, of different models, or made from
    ///   different inputs; ``ComparisonError`` where tensors have different shapes or no case is in both.
    public init(
        of candidate: CaptureFile, with baseline: CaptureFile, progress: (_ caseName: String) -> Void = { _ in }
    ) throws {
        let (header, other) = (baseline.header, candidate.header)
        guard header.modelSHA256 == other.modelSHA256 else {
            throw CaptureError.stale(
                file: candidate.path,
                reason: "it was recorded with \"\(other.modelName)\" of sha256 \(other.modelSHA256), the baseline with "
                    + "\"\(header.modelName)\" of \(header.modelSHA256)")
        }
        let common = baseline.caseNames.filter(candidate.caseNames.contains)
        guard !common.isEmpty else {
            throw ComparisonError.nothingInCommon("\(baseline.path) and \(candidate.path) have no case of one name")
        }
        var cases = [CaseMetrics]()
        var notCompared = [String]()
        for name in common {
            progress(name)
            let (expected, actual) = (try baseline.readCase(name), try candidate.readCase(name))
            guard expected.inputs.hasSameBits(as: actual.inputs) else {
                throw CaptureError.stale(
                    file: candidate.path, reason: "case \"\(name)\" has other inputs than in \(baseline.path)")
            }
            let candidates = Dictionary(actual.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            var layers = [LayerMetrics]()
            for tensor in expected.tensors {
                guard let match = candidates[tensor.name] else {
                    notCompared.append(tensor.name)
                    continue
                }
                layers.append(try LayerMetrics(tensor, match, in: name))
            }
            let recorded = Set(expected.tensors.map(\.name))
            notCompared += actual.tensors.map(\.name).filter { !recorded.contains($0) }
            cases.append(CaseMetrics(name: name, source: expected.source, layers: layers))
        }
        self.init(
            network: header.modelName, modelSHA256: header.modelSHA256, cases: cases,
            layersNotCompared: notCompared.withoutRepeats,
            casesNotCompared: (baseline.caseNames + candidate.caseNames).filter { !common.contains($0) })
    }
}

extension [String] {
    /// The strings, each where it stands first.
    fileprivate var withoutRepeats: [String] {
        var seen = Set<String>()
        return filter { seen.insert($0).inserted }
    }
}

extension [CaptureCase.Input] {
    /// Whether the inputs are the same, NaN among them, in any order.
    fileprivate func hasSameBits(as other: [CaptureCase.Input]) -> Bool {
        func contents(_ inputs: [CaptureCase.Input]) -> [String] {
            inputs.map { "\($0.name) \($0.values.shape) \(sha256Hex($0.values.littleEndianBytes))" }.sorted()
        }
        return contents(self) == contents(other)
    }
}

extension RecordedCase {
    init(_ recorded: CaptureCase) {
        self.init(
            name: recorded.name, source: recorded.source,
            inputs: Dictionary(recorded.inputs.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }),
            tensors: Dictionary(recorded.tensors.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }))
    }
}

extension LayerMetrics {
    /// The difference between one tensor of two captures.
    fileprivate init(
        _ baseline: CaptureCase.Output, _ candidate: CaptureCase.Output, in caseName: String
    ) throws(ComparisonError) {
        guard baseline.values.shape == candidate.values.shape else {
            throw .differentShape(
                baseline.name, case: caseName, baseline: baseline.values.shape, candidate: candidate.values.shape)
        }
        self.init(
            layer: baseline.name, node: baseline.node, operator: baseline.operator, isOutput: baseline.isGraphOutput,
            shape: baseline.values.shape.dimensions, isolated: nil,
            cumulative: Agreement(difference: Difference(baseline: baseline.values, candidate: candidate.values)))
    }
}
