import Engines
import NetworkGraph
import Tensors

/// The tensors that a computation of a graph produced in one case.
package struct RecordedCase: Sendable {
    package let name: String
    /// The source of the inputs, in words.
    package let source: String
    package let inputs: [String: AnyTensor]
    /// Keyed by name: every tensor, or only the outputs.
    package let tensors: [String: AnyTensor]
    /// The oracle's results for the inputs; nil until it is asked.
    package let exact: [String: AnyTensor]?

    package init(
        name: String, source: String, inputs: [String: AnyTensor], tensors: [String: AnyTensor],
        exact: [String: AnyTensor]? = nil
    ) {
        self.name = name
        self.source = source
        self.inputs = inputs
        self.tensors = tensors
        self.exact = exact
    }
}

/// What was measured in one case.
public struct CaseMetrics: Sendable, Codable, Equatable {
    public let name: String
    public let source: String
    public let layers: [LayerMetrics]
    /// The task metrics of the outputs; nil if none are asked for.
    public let tasks: [TaskAgreement]?

    package init(name: String, source: String, layers: [LayerMetrics], tasks: [TaskAgreement]? = nil) {
        self.name = name
        self.source = source
        self.layers = layers
        self.tasks = tasks
    }
}

/// Compares an engine, layer by layer, with a recording for the same inputs.
package struct LayerComparison: Sendable {
    /// Which side is judged.
    package enum Candidate: Sendable {
        case engine, recording
    }

    private let graph: Graph
    private let engine: any Engine
    private let oracle: Oracle
    private let bounds: Bounds
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
        self.engine = engine
        if let oracle { self.oracle = oracle } else { self.oracle = try Oracle(of: engine.graph) }
        bounds = Bounds(engine: bound, recording: bound)
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
        self.engine = engine
        oracle = try Oracle(of: engine.graph)
        bounds = Bounds(
            engine: RoundingBound(of: arithmetics.engine), recording: RoundingBound(of: arithmetics.recording))
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
        for output in graph.outputs where recording.tensors[output] == nil && !judgesBlocks {
            throw ComparisonError.missingTensor(output, case: recording.name)
        }
        let slices = slices(of: recording)
        guard slices.count > 1 else { return try compareWhole(recording, outputsOnly: outputsOnly) }
        let parts = try concurrentMap(slices, inTurn: engine.answersInTurn) { range in
            let part = try compareWhole(recording.slice(range), isPart: true, outputsOnly: outputsOnly)
            return (layers: part.layers.map { $0.movedAlongBatch(by: range.lowerBound) }, tasks: part.tasks)
        }
        var (layers, tasks) = parts[0]
        for part in parts.dropFirst() {
            layers = zip(layers, part.layers).map { $0.merged(with: $1) }
            tasks = tasks.map { zip($0, part.tasks ?? []).map { $0.merged(with: $1) } }
        }
        for index in layers.indices {
            layers[index].shape = recording.tensors[layers[index].layer]?.shape.dimensions
        }
        return CaseMetrics(name: recording.name, source: recording.source, layers: layers, tasks: tasks)
    }

    /// The most batch elements that a thread compares at once, which bounds the memory for activations and error
    /// bounds.
    private static let batch = 4

    /// The ranges of a case's batch to compare separately: one range if the batch cannot be split.
    func slices(of baseline: RecordedCase) -> [Range<Int>] {
        let batch = baseline.inputs.values.first.map { $0.shape.rank > 0 ? $0.shape[0] : 1 } ?? 1
        guard batch > Self.batch, graph.computesBatchElementsApart(for: baseline.inputs.mapValues(\.shape)),
            baseline.tensors.merging(baseline.exact ?? [:], uniquingKeysWith: { $1 }).allSatisfy({ name, tensor in
                tensor.shape.rank > 0 && tensor.shape[0] == batch && graph.initializers[name] == nil
            })
        else { return [0..<batch] }
        return stride(from: 0, to: batch, by: Self.batch).map { $0..<min($0 + Self.batch, batch) }
    }

    /// What bounds each side's rounding errors.
    private struct Bounds {
        let engine: RoundingBound
        let recording: RoundingBound

        func of(_ programs: RoundingBound.Programs) -> Bounds {
            Bounds(engine: engine.of(programs), recording: recording.of(programs))
        }
    }

    /// Bounds on the tensors' errors, keyed by name, for each side.
    private struct Errors {
        var engine: [String: Tensor<Double>]
        var recording: [String: Tensor<Double>]
    }

    private func compareWhole(
        _ recording: RecordedCase, isPart: Bool = false, outputsOnly: Bool
    ) throws -> CaseMetrics {
        var exact = recording.inputs.merging(graph.initializers) { $1 }
        let given = exact
        exact.merge(try recording.exact ?? oracle.tensors(for: recording.inputs, isPart: isPart)) { $1 }

        var computed = [String: AnyTensor]()
        _ = try engine.run(recording.inputs) { computed[$0.name] = $0.values }
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
        let known = recording.tensors.merging(recording.inputs) { $1 }.merging(graph.initializers) { $1 }
        var block = Block(of: known, inputErrors)
        let errors = try cumulativeErrors(from: given, exact, in: bounds)
        var further = [RoundingBound.Programs: Errors]()
        func furtherErrors(of programs: RoundingBound.Programs) throws -> Errors {
            if let known = further[programs] { return known }
            let errors = try cumulativeErrors(from: given, exact, in: bounds.of(programs))
            further[programs] = errors
            return errors
        }
        for (node, name) in graph.nodes.flatMap({ node in node.outputs.map { (node, $0) } }) {
            guard let exactOutput = exact[name], let ofEngine = errors.engine[name],
                let ofRecording = errors.recording[name]
            else { continue }
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
                ? try isolated(node, name, recording, &block) : nil
            guard isJudged, let recorded = recording.tensors[name], let values = computed[name] else { continue }
            var cumulative = agreement(
                recorded: recorded, computed: values, exact: exactOutput, bounds: (ofEngine, ofRecording))
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
        return CaseMetrics(
            name: recording.name, source: recording.source, layers: layers,
            tasks: try agreement(recorded: recording.tensors, computed: computed))
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

    private func inputErrors(of tensors: [String: AnyTensor]) -> Errors {
        func errors(_ bound: RoundingBound) -> [String: Tensor<Double>] {
            tensors.reduce(into: [:]) { errors, tensor in
                errors[tensor.key] = bound.inputErrors(
                    of: tensor.value, isConstant: isConstant(tensor.key), mayFlushSubnormals: judgesBlocks)
            }
        }
        let engine = errors(bounds.engine)
        return Errors(
            engine: engine, recording: bounds.engine == bounds.recording ? engine : errors(bounds.recording))
    }

    /// What rounding may have done to every tensor that is computed from those given.
    private func cumulativeErrors(
        from given: [String: AnyTensor], _ exact: [String: AnyTensor], in bounds: Bounds
    ) throws -> Errors {
        var errors = inputErrors(of: given)
        for (node, name) in graph.nodes.flatMap({ node in node.outputs.map { (node, $0) } }) {
            guard let output = exact[name] else { continue }
            (errors.engine[name], errors.recording[name]) = try errorBounds(
                of: node, exact, errors, output: output, in: bounds)
        }
        return errors
    }

    /// What rounding may do to a node's output on each side.
    private func errorBounds(
        of node: Node, _ tensors: [String: AnyTensor], _ errors: Errors, output: AnyTensor, in sides: Bounds
    ) throws -> (engine: Tensor<Double>, recording: Tensor<Double>) {
        let inputs = node.inputs.map { name in name.flatMap { tensors[$0] } }
        func bounds(_ bound: RoundingBound, _ errors: [String: Tensor<Double>]) throws -> Tensor<Double> {
            try bound.errors(
                of: node, inputs: inputs, errors: node.inputs.map { name in name.flatMap { errors[$0] } },
                output: output.float64)
        }
        let engine = try bounds(sides.engine, errors.engine)
        return (engine, sides.engine == sides.recording ? engine : try bounds(sides.recording, errors.recording))
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
            let errors = inputErrors(of: [name: given])
            let zeros = Tensor(given.shape, repeating: 0.0)
            let bounds = (engine: errors.engine[name] ?? zeros, recording: errors.recording[name] ?? zeros)
            var cumulative = agreement(recorded: recorded, computed: given, exact: given, bounds: bounds)
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
        /// As the oracle computes them.
        var exact: [String: AnyTensor]
        /// As the engine computes them.
        var computed: [String: AnyTensor]
        var errors: Errors

        init(of given: [String: AnyTensor], _ errors: ([String: AnyTensor]) -> Errors) {
            (exact, computed) = (given, given)
            self.errors = errors(given)
        }
    }

    /// The node run on the recording's inputs or, if some are not recorded, on tensors computed from recorded ones;
    /// nil if the node is not judged.
    private func isolated(
        _ node: Node, _ name: String, _ recording: RecordedCase, _ block: inout Block
    ) throws -> Agreement? {
        guard node.inputs.allSatisfy({ $0 == nil || $0.flatMap { block.exact[$0] } != nil }) else { return nil }
        let exact = try oracle.engine.evaluate(node, on: block.exact)[0]
        let bounds = try errorBounds(of: node, block.exact, block.errors, output: exact, in: self.bounds)
        let computed = try engine.evaluate(node, on: block.computed)[0]
        if let recorded = recording.tensors[name] {
            var own = agreement(recorded: recorded, computed: computed, exact: exact, bounds: bounds)
            let ratios = [own.baselineError, own.candidateError].compactMap { $0?.boundRatio }
            guard envelopes != nil, ratios.contains(where: { $0 > 1 }) else { return own }
            let widest = agreement(
                recorded: recorded, computed: computed, exact: exact,
                bounds: try errorBounds(
                    of: node, block.exact, block.errors, output: exact, in: self.bounds.of(.summingOrWinograd)))
            own.baselineError?.widestBoundRatio = widest.baselineError?.boundRatio
            own.candidateError?.widestBoundRatio = widest.candidateError?.boundRatio
            return own
        }
        guard judgesBlocks else { return nil }
        (block.exact[name], block.computed[name]) = (exact, computed)
        (block.errors.engine[name], block.errors.recording[name]) = (bounds.engine, bounds.recording)
        return nil
    }

    private func agreement(
        recorded: AnyTensor, computed: AnyTensor, exact: AnyTensor,
        bounds: (engine: Tensor<Double>, recording: Tensor<Double>)
    ) -> Agreement {
        let engineError = ErrorAgainstOracle(computed: computed, exact: exact, bounds: bounds.engine)
        let recordingError = ErrorAgainstOracle(computed: recorded, exact: exact, bounds: bounds.recording)
        let isEngine = candidate == .engine
        let sides = isEngine ? (recorded, computed) : (computed, recorded)
        return Agreement(
            difference: Difference(baseline: sides.0, candidate: sides.1),
            baselineError: isEngine ? recordingError : engineError,
            candidateError: isEngine ? engineError : recordingError,
            signal: judgesBlocks ? SignalAgreement(baseline: sides.0, candidate: sides.1) : nil)
    }
}

/// Why two computations cannot be compared.
public enum ComparisonError: Error, Equatable, CustomStringConvertible {
    case missingTensor(String, case: String)
    case differentShape(String, case: String, baseline: Shape, candidate: Shape)
    case nothingInCommon(String)
    case severalBaselines([String])
    case listedTwice(String, list: String, as: [String])

    public var description: String {
        switch self {
        case .missingTensor(let tensor, let name):
            "case \"\(name)\": the recording lacks \"\(tensor)\", an output of the network"
        case .differentShape(let tensor, let name, let baseline, let candidate):
            "case \"\(name)\": tensor \"\(tensor)\" is \(baseline) in the baseline and \(candidate) in the candidate"
        case .nothingInCommon(let what): "nothing can be compared: \(what)"
        case .severalBaselines(let engines):
            "the captures come from several engines (\(engines.joined(separator: "; "))); a report compares with one"
        case .listedTwice(let frame, let list, let names):
            "frame \(frame) is named twice in \(list): \(names.joined(separator: ", "))"
        }
    }
}
