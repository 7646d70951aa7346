import Captures
import Engines
import ModelFormats
import Tensors

extension NetworkComparison {
    /// Compares an engine with a capture recorded from the same model, case by case.
    ///
    /// - Parameters:
    ///   - engine: computes the model.
    ///   - network: its name in the report.
    ///   - candidate: which side is judged.
    ///   - tasks: the metrics to measure on the outputs.
    ///   - shard: which of the capture's cases to compare.
    ///   - progress: called with each case before it is computed.
    /// - Throws: ``Captures/CaptureError`` if the capture is damaged or of another model, ``ComparisonError`` if its
    ///   tensors do not fit the candidate's, and any error of the engine.
    package init(
        of engine: any Engine, running model: Model, with capture: CaptureFile, network: String,
        candidate: LayerComparison.Candidate = .engine, bound: RoundingBound, outputsOnly: Bool = false,
        oracle: Oracle? = nil, tasks: [TaskMetric] = [], shard: Shard = .whole,
        progress: @Sendable (_ caseName: String) -> Void = { _ in }
    ) throws {
        guard capture.header.modelSHA256 == model.sha256 else {
            throw CaptureError.stale(
                file: capture.path,
                reason: "it was recorded with a model of sha256 \(capture.header.modelSHA256); "
                    + "\"\(model.name)\" has \(model.sha256)")
        }
        let outputsOnly = outputsOnly || !engine.observesNodes
        let comparison = try LayerComparison(
            of: engine, candidate: candidate, bound: bound, oracle: oracle, tasks: tasks)
        let names = shard.stretch(of: capture.caseNames)
        @Sendable func read(_ name: String) throws -> (recorded: RecordedCase, unknown: [String]) {
            let read = try capture.readCase(name)
            let recorded = RecordedCase(read)
            let unknown = read.tensors.filter {
                ($0.isGraphOutput || !outputsOnly) && !comparison.knows($0.name, among: recorded.inputs)
            }
            return (recorded, unknown.map(\.name))
        }
        // The threads share the cases that are compared whole, then the slices of each other case.
        let whole = try concurrentMap(names, inTurn: engine.answersInTurn) {
            name -> (metrics: CaseMetrics, unknown: [String], gaps: InputGaps)? in
            let (recorded, unknown) = try read(name)
            guard comparison.slices(of: recorded).count == 1 else { return nil }
            progress(name)
            return (
                try comparison.compare(with: recorded, outputsOnly: outputsOnly), unknown, InputGaps(recorded.inputs)
            )
        }
        let cases = try zip(names, whole).map { name, compared in
            if let compared { return compared }
            progress(name)
            let (recorded, unknown) = try read(name)
            return (
                try comparison.compare(with: recorded, outputsOnly: outputsOnly), unknown, InputGaps(recorded.inputs)
            )
        }
        let compared = Set(cases.flatMap { $0.metrics.layers.map(\.layer) })
        let wanted = model.graph.nodes.flatMap(\.outputs)
            .filter { !outputsOnly || model.graph.outputs.contains($0) }
        let gaps = cases.reduce(InputGaps()) { $0.merged(with: $1.gaps) }
        self.init(
            network: network, modelSHA256: model.sha256, cases: cases.map(\.metrics),
            layersNotCompared: wanted.filter { !compared.contains($0) } + cases.flatMap(\.unknown).withoutRepeats,
            inputsCannotShow: gaps.sentences, inputsAreConstant: gaps.areConstant)
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
