import Engines
import NetworkGraph
import Tensors

/// Compares an engine, layer by layer, with a recording for the same inputs.
package struct LayerComparison: Sendable {
    /// Which side is judged.
    package enum Candidate: Sendable {
        case engine, recording
    }

    private let graph: Graph
    private let lastReads: [[String]]
    private let engine: any Engine
    private let oracle: Oracle
    private let bounds: SideBounds
    private let candidate: Candidate
    private let judgesBlocks: Bool
    private let tasks: [TaskMetric]
    /// How far correct programs of each side's arithmetic differ; nil if that is not measured.
    private let envelopes: (engine: Envelope, recording: Envelope?)?

    /// - Parameters:
    ///   - engine: one side.
    ///   - candidate: which side is judged.
    ///   - bound: the rounding errors that the coarser side may make.
    ///   - oracle: of the candidate's graph; nil to create one.
    ///   - tasks: the metrics to measure on the outputs.
    /// - Throws: ``EngineError`` for an operator that the oracle cannot compute.
    package init(
        of engine: any Engine, candidate: Candidate = .engine, bound: RoundingBound, oracle: Oracle? = nil,
        tasks: [TaskMetric] = []
    ) throws(EngineError) {
        self.tasks = tasks
        graph = engine.graph
        lastReads = engine.graph.lastReads()
        self.engine = engine
        if let oracle { self.oracle = oracle } else { self.oracle = try Oracle(of: engine.graph) }
        bounds = SideBounds(of: graph, self.oracle.constants, engine: bound, recording: bound)
        self.candidate = candidate
        judgesBlocks = false
        envelopes = nil
    }

    /// A comparison of two sides with declared arithmetics, whose bounds and envelopes limit their errors.
    ///
    /// If not all inputs of a layer are recorded, it is judged together with the layers before it, from the last
    /// recorded tensors on. Outputs may be missing.
    ///
    /// - Parameters:
    ///   - engine: one side.
    ///   - arithmetics: the engine's and the recording's.
    ///   - candidate: which side is judged.
    ///   - tasks: the metrics to measure on the outputs.
    /// - Throws: ``EngineError`` for an operator that the oracle cannot compute.
    init(
        of engine: any Engine, _ arithmetics: (engine: ArithmeticName, recording: ArithmeticName),
        candidate: Candidate, tasks: [TaskMetric] = []
    ) throws(EngineError) {
        self.tasks = tasks
        graph = engine.graph
        lastReads = engine.graph.lastReads()
        self.engine = engine
        oracle = try Oracle(of: engine.graph)
        bounds = SideBounds(
            of: graph, oracle.constants, engine: RoundingBound(of: arithmetics.engine),
            recording: RoundingBound(of: arithmetics.recording), mayFlushSubnormals: true)
        self.candidate = candidate
        judgesBlocks = true
        let own = try Envelope(of: arithmetics.engine, for: engine.graph)
        let isOne = arithmetics.engine == arithmetics.recording
        envelopes = (own, isOne ? nil : try Envelope(of: arithmetics.recording, for: engine.graph))
    }

    /// Metrics of every recorded layer, in order of computation.
    ///
    /// - Parameter outputsOnly: whether to compare only the network's outputs.
    /// - Throws: ``ComparisonError`` if the recording lacks an output or a shape differs; ``GraphError`` if its
    ///   inputs do not fit the graph.
    package func compare(with recording: RecordedCase, outputsOnly: Bool = false) throws -> CaseMetrics {
        let parts = try concurrentMap(parts(of: recording), inTurn: engine.answersInTurn) {
            try compare($0, of: recording, outputsOnly: outputsOnly)
        }
        return joined(parts, of: recording)
    }

    /// The same for several engines of one graph, with one oracle and one recording: what the oracle gives for it is
    /// computed once.
    ///
    /// - Parameter observe: called with the index of a comparison, the recording or a slice of its batch, and the tensors
    ///   that the engine computes for it.
    /// - Returns: the metrics of each comparison, and what was observed of each slice.
    package static func compare<Observation: Sendable>(
        _ comparisons: [LayerComparison], with recording: RecordedCase,
        observing observe: @Sendable (Int, RecordedCase, [String: AnyTensor]) throws -> Observation
    ) throws -> [(metrics: CaseMetrics, observations: [Observation])] {
        let slices = comparisons.first?.parts(of: recording) ?? []
        let parts = try concurrentMap(slices) { range in
            let shared = SharedResults()
            return try concurrentMap(Array(comparisons.enumerated())) { index, comparison in
                try comparison.compare(range, of: recording, outputsOnly: false, shared: shared) {
                    try observe(index, $0, $1)
                }
            }
        }
        return comparisons.enumerated().map { index, comparison in
            (comparison.joined(parts.map { $0[index].part }, of: recording), parts.map { $0[index].observation })
        }
    }

    private func checkOutputs(of recording: RecordedCase) throws(ComparisonError) {
        for output in graph.outputs where recording.tensors[output] == nil && !judgesBlocks {
            throw .missingTensor(output, case: recording.name)
        }
    }

    /// The metrics of a case, or of a slice of its batch.
    struct Part: Sendable {
        fileprivate var layers: [LayerMetrics]
        fileprivate var tasks: [TaskAgreement]?
    }

    /// The most batch elements that a thread compares at once, which bounds the memory for activations and error
    /// bounds.
    private static let batch = 4

    /// The ranges of a case's batch to compare separately; nil stands for the whole case, if the batch cannot be split.
    func parts(of baseline: RecordedCase) -> [Range<Int>?] {
        let batch = baseline.inputs.values.first.map { $0.shape.rank > 0 ? $0.shape[0] : 1 } ?? 1
        guard batch > Self.batch, graph.computesBatchElementsApart(for: baseline.inputs.mapValues(\.shape)),
            baseline.tensors.merging(baseline.exact ?? [:], uniquingKeysWith: { $1 }).allSatisfy({ name, tensor in
                tensor.shape.rank > 0 && tensor.shape[0] == batch && graph.initializers[name] == nil
            })
        else { return [nil] }
        return stride(from: 0, to: batch, by: Self.batch).map { $0..<min($0 + Self.batch, batch) }
    }

    /// Compares one of ``parts(of:)``.
    ///
    /// - Throws: as ``compare(with:outputsOnly:)``.
    func compare(_ range: Range<Int>?, of recording: RecordedCase, outputsOnly: Bool) throws -> Part {
        try compare(range, of: recording, outputsOnly: outputsOnly, shared: nil) { _, _ in }.part
    }

    private func compare<Observation>(
        _ range: Range<Int>?, of recording: RecordedCase, outputsOnly: Bool, shared: SharedResults?,
        observing observe: (RecordedCase, [String: AnyTensor]) throws -> Observation
    ) throws -> (part: Part, observation: Observation) {
        try checkOutputs(of: recording)
        let own = range.map { recording.slice($0) } ?? recording
        let (whole, computed) = try compareWhole(own, isPart: range != nil, outputsOnly: outputsOnly, shared: shared)
        var part = whole
        if let range { part.layers = part.layers.map { $0.movedAlongBatch(by: range.lowerBound) } }
        return (part, try observe(own, computed))
    }

    /// The metrics of a case from those of its parts.
    func joined(_ parts: [Part], of recording: RecordedCase) -> CaseMetrics {
        var whole = parts[0]
        for part in parts.dropFirst() {
            whole.layers = zip(whole.layers, part.layers).map { $0.merged(with: $1) }
            whole.tasks = whole.tasks.map { zip($0, part.tasks ?? []).map { $0.merged(with: $1) } }
        }
        for index in whole.layers.indices {
            whole.layers[index].shape = recording.tensors[whole.layers[index].layer]?.shape.dimensions
        }
        return CaseMetrics(name: recording.name, source: recording.source, layers: whole.layers, tasks: whole.tasks)
    }

    /// - Returns: the metrics, and what the engine computes of the recorded tensors.
    private func compareWhole(
        _ recording: RecordedCase, isPart: Bool, outputsOnly: Bool, shared: SharedResults?
    ) throws -> (Part, computed: [String: AnyTensor]) {
        var exact = recording.inputs.mapValues(\.widened).merging(oracle.constants.tensors) { $1 }
        exact.merge(try recording.exact ?? oracle.tensors(for: recording.inputs, isPart: isPart)) { $1 }

        var computed = [String: AnyTensor]()
        _ = try engine.run(recording.inputs) {
            if recording.tensors[$0.name] != nil { computed[$0.name] = $0.values }
        }
        var layers = outputsOnly ? [] : try givenTensors(in: recording)
        let recordedNames = Set(recording.tensors.keys)
        let spreads = try envelopes.map { envelopes in
            let own = try envelopes.engine.spread(for: recording.inputs, around: exact, of: recordedNames)
            return (
                engine: own,
                recording: try envelopes.recording?.spread(for: recording.inputs, around: exact, of: recordedNames)
                    ?? own
            )
        }
        let known = recording.tensors.merging(recording.inputs) { $1 }
        var block = Block(
            exact: oracle.constants.tensors, computed: known.merging(graph.initializers) { $1 },
            errors: SideErrors())
        var errors = bounds.inputErrors(of: recording.inputs)
        var further = [RoundingBound.Programs: SideErrors]()
        func furtherErrors(of programs: RoundingBound.Programs) throws -> SideErrors {
            if let known = further[programs] { return known }
            let errors = try bounds.of(programs).errors(from: recording.inputs, exact, of: recordedNames)
            further[programs] = errors
            return errors
        }
        func judge(_ name: String, of node: Node) throws {
            guard let exactOutput = exact[name] else { return }
            let isOutput = graph.outputs.contains(name)
            let isJudged = recording.tensors[name] != nil && computed[name] != nil && (isOutput || !outputsOnly)
            if let recorded = recording.tensors[name], recorded.shape != exactOutput.shape {
                let shapes = [recorded.shape, exactOutput.shape]
                throw ComparisonError.differentShape(
                    name, case: recording.name, baseline: shapes[candidate == .engine ? 0 : 1],
                    candidate: shapes[candidate == .engine ? 1 : 0])
            }
            let alone =
                engine.observesNodes && (isJudged || judgesBlocks)
                ? try isolated(node, name, recording, &block, shared) : nil
            guard isJudged, let recorded = recording.tensors[name], let values = computed[name],
                let ofEngine = errors.engine[name], let ofRecording = errors.recording[name]
            else { return }
            var cumulative = agreement(
                recorded: (recorded, widened(name, in: block, of: recording)), computed: values, exact: exactOutput,
                bounds: (ofEngine, ofRecording))
            if let spreads {
                func graded(_ error: ErrorAgainstOracle?, isEngine: Bool) throws -> ErrorAgainstOracle? {
                    try error?.measured(by: isEngine ? spreads.engine[name] : spreads.recording[name])
                        .held(isEngine ? values : recorded, against: exactOutput) { programs in
                            let errors = try furtherErrors(of: programs)
                            return isEngine ? errors.engine[name] : errors.recording[name]
                        }
                }
                let isEngine = candidate == .engine
                cumulative.baselineError = try graded(cumulative.baselineError, isEngine: !isEngine)
                cumulative.candidateError = try graded(cumulative.candidateError, isEngine: isEngine)
            }
            layers.append(
                LayerMetrics(
                    layer: name, node: node.name, operator: node.operator.name,
                    isOutput: isOutput, shape: recorded.shape.dimensions, isolated: alone, cumulative: cumulative))
        }
        for (node, lastReads) in zip(graph.nodes, lastReads) {
            try bounds.add(errorsOf: node, exact, sums: shared?.sums, to: &errors)
            take(node.inputs.compactMap { $0 } + node.outputs, of: known, into: &block)
            for name in node.outputs { try judge(name, of: node) }
            for name in lastReads {
                errors.forget(name)
                block.forget(name)
            }
        }
        let part = Part(layers: layers, tasks: try agreement(recorded: recording.tensors, computed: computed))
        return (part, computed)
    }

    /// The task metrics of the outputs; nil if none are asked for.
    private func agreement(
        recorded: [String: AnyTensor], computed: [String: AnyTensor]
    ) throws(TaskError) -> [TaskAgreement]? {
        guard !tasks.isEmpty else { return nil }
        let answers = graph.outputs.withoutRepeats.compactMap { name in
            recorded[name].flatMap { recorded in
                computed[name].map { computed in
                    candidate == .engine
                        ? (name: name, baseline: recorded, candidate: computed)
                        : (name: name, baseline: computed, candidate: recorded)
                }
            }
        }
        return try tasks.map { task throws(TaskError) in try TaskAgreement(task, of: answers) }
    }

    /// The metrics of recorded tensors that nothing computes: the graph's inputs and constants, including the outputs
    /// of its Constant nodes.
    private func givenTensors(in baseline: RecordedCase) throws -> [LayerMetrics] {
        try baseline.tensors.sorted { $0.key < $1.key }.compactMap { name, recorded in
            guard let given = graph.initializers[name] ?? baseline.inputs[name], !graph.outputs.contains(name) else {
                return nil
            }
            guard given.shape == recorded.shape else {
                throw ComparisonError.differentShape(
                    name, case: baseline.name, baseline: recorded.shape, candidate: given.shape)
            }
            var cumulative = agreement(
                recorded: (recorded, nil), computed: given, exact: given, bounds: bounds.errors(ofGiven: name, given))
            if envelopes != nil {
                cumulative.baselineError = cumulative.baselineError?.measured(by: nil)
                cumulative.candidateError = cumulative.candidateError?.measured(by: nil)
            }
            return LayerMetrics(
                layer: name, node: name, operator: isConstant(name) ? "Constant" : "Input", isOutput: false,
                shape: recorded.shape.dimensions, isolated: nil,
                cumulative: cumulative)
        }
    }

    /// Whether a recorded tensor is one of the graph's.
    func knows(_ tensor: String, among inputs: [String: AnyTensor]) -> Bool {
        graph.initializers[tensor] != nil || inputs[tensor] != nil
            || graph.nodes.contains { $0.outputs.contains(tensor) }
    }

    private func isConstant(_ tensor: String?) -> Bool { tensor.map { graph.initializers[$0] != nil } ?? false }

    /// The recorded tensors and, if layers are judged in blocks, the tensors computed from them in between.
    private struct Block {
        /// As the oracle computes them: constants, and what the node at hand takes and gives.
        var exact: [String: AnyTensor]
        /// As the engine computes them.
        var computed: [String: AnyTensor]
        /// Of the same tensors as ``exact``, constants apart.
        var errors: SideErrors

        /// Drops what no later node takes.
        mutating func forget(_ name: String) {
            exact[name] = nil
            errors.forget(name)
        }
    }

    /// Adds some of the known tensors to a block, as float64 and with what rounding may have done to them.
    private func take(_ names: [String], of known: [String: AnyTensor], into block: inout Block) {
        for name in names where block.exact[name] == nil {
            guard let tensor = known[name] else { continue }
            let errors = bounds.inputErrors(of: [name: tensor])
            block.exact[name] = tensor.widened
            (block.errors.engine[name], block.errors.recording[name]) = (errors.engine[name], errors.recording[name])
        }
    }

    /// The node run on the recording's inputs or, if some are not recorded, on tensors computed from recorded ones;
    /// nil if the node is not judged.
    private func isolated(
        _ node: Node, _ name: String, _ recording: RecordedCase, _ block: inout Block, _ shared: SharedResults?
    ) throws -> Agreement? {
        guard node.inputs.allSatisfy({ $0 == nil || $0.flatMap { block.exact[$0] } != nil }) else { return nil }
        func evaluated() throws -> AnyTensor { try oracle.engine.evaluate(node, on: block.exact)[0] }
        let exact = try shared?.result(of: name, evaluated) ?? evaluated()
        let errors = try bounds.errors(
            of: node, block.exact, block.errors, output: exact, sums: shared?.isolatedSums)
        let computed = try engine.evaluate(node, on: block.computed)[0]
        if let recorded = recording.tensors[name] {
            let given = (recorded, widened(name, in: block, of: recording))
            var own = agreement(recorded: given, computed: computed, exact: exact, bounds: errors)
            let ratios = [own.baselineError, own.candidateError].compactMap { $0?.boundRatio }
            guard envelopes != nil, ratios.contains(where: { $0 > 1 }) else { return own }
            let widest = agreement(
                recorded: given, computed: computed, exact: exact,
                bounds: try bounds.of(.summingOrWinograd).errors(
                    of: node, block.exact, block.errors, output: exact))
            own.baselineError?.widestBoundRatio = widest.baselineError?.boundRatio
            own.candidateError?.widestBoundRatio = widest.candidateError?.boundRatio
            return own
        }
        guard judgesBlocks else { return nil }
        (block.exact[name], block.computed[name]) = (exact, computed)
        (block.errors.engine[name], block.errors.recording[name]) = (errors.engine, errors.recording)
        return nil
    }

    /// A recorded tensor as float64, if the block holds it and no input or constant in its place.
    private func widened(_ name: String, in block: Block, of recording: RecordedCase) -> AnyTensor? {
        isConstant(name) || recording.inputs[name] != nil ? nil : block.exact[name]
    }

    /// - Parameter recorded: the recorded tensor, and the same as float64 if that is known.
    private func agreement(
        recorded: (given: AnyTensor, widened: AnyTensor?), computed: AnyTensor, exact: AnyTensor,
        bounds: (engine: Tensor<Double>, recording: Tensor<Double>)
    ) -> Agreement {
        let isEngine = candidate == .engine
        let recorded = ComparedTensor(recorded.given, widened: recorded.widened)
        let (computed, exact) = (ComparedTensor(computed), ComparedTensor(exact))
        let engineError = ErrorAgainstOracle(computed: computed, exact: exact, bounds: bounds.engine)
        let recordingError = ErrorAgainstOracle(computed: recorded, exact: exact, bounds: bounds.recording)
        let sides = isEngine ? (recorded, computed) : (computed, recorded)
        return Agreement(
            difference: Difference(baseline: sides.0, candidate: sides.1),
            baselineError: isEngine ? recordingError : engineError,
            candidateError: isEngine ? engineError : recordingError,
            signal: judgesBlocks ? SignalAgreement(baseline: sides.0.float64, candidate: sides.1.float64) : nil)
    }
}
