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
        struct ReadCase: Sendable {
            let recorded: RecordedCase
            let unknown: [String]
        }
        let cases = try CaseQueue(names: names).map(
            inTurn: engine.answersInTurn,
            reading: { name in
                progress(name)
                let read = try capture.readCase(name)
                let recorded = RecordedCase(read)
                let unknown = read.tensors.filter {
                    ($0.isGraphOutput || !outputsOnly) && !comparison.knows($0.name, among: recorded.inputs)
                }
                return ReadCase(recorded: recorded, unknown: unknown.map(\.name))
            }, parts: { comparison.parts(of: $0.recorded) },
            computing: { try comparison.compare($1, of: $0.recorded, outputsOnly: outputsOnly) }
        ) { read, parts in
            (
                metrics: comparison.joined(parts, of: read.recorded), unknown: read.unknown,
                gaps: InputGaps(read.recorded.inputs)
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
