import Engines
import NetworkGraph
import Tensors

/// The tensors that some computation of a graph gave in one case.
public struct RecordedCase: Sendable {
    public let name: String
    /// Where the inputs come from, for a person.
    public let source: String
    public let inputs: [String: AnyTensor]
    /// By name: every tensor, or the outputs alone.
    public let tensors: [String: AnyTensor]

    public init(name: String, source: String, inputs: [String: AnyTensor], tensors: [String: AnyTensor]) {
        self.name = name
        self.source = source
        self.inputs = inputs
        self.tensors = tensors
    }
}

/// What was measured in one case.
public struct CaseMetrics: Sendable, Codable, Equatable {
    public let name: String
    public let source: String
    public let layers: [LayerMetrics]

    public init(name: String, source: String, layers: [LayerMetrics]) {
        self.name = name
        self.source = source
        self.layers = layers
    }
}

/// Compares an engine, layer by layer, with what a baseline gave for the same inputs.
public struct LayerComparison: Sendable {
    private let graph: Graph
    private let candidate: any Engine
    private let oracle: any Engine
    private let bound: RoundingBound

    /// - Parameters:
    ///   - candidate: what is judged.
    ///   - bound: the rounding errors that the coarser of the two sides may make.
    /// - Throws: ``EngineError`` for an operator that the oracle does not compute.
    public init(of candidate: any Engine, bound: RoundingBound) throws(EngineError) {
        graph = candidate.graph
        self.candidate = candidate
        oracle = try ArithmeticName.fp64.engine(for: candidate.graph)
        self.bound = bound
    }

    /// Metrics of every layer that the baseline recorded, in the order of computation.
    ///
    /// - Parameter outputsOnly: whether to leave out all layers but the network's outputs.
    /// - Throws: ``ComparisonError`` when the baseline lacks an output or has another shape somewhere;
    ///   ``GraphError`` when its inputs do not fit the graph.
    public func compare(with baseline: RecordedCase, outputsOnly: Bool = false) throws -> CaseMetrics {
        for output in graph.outputs where baseline.tensors[output] == nil {
            throw ComparisonError.missingTensor(output, case: baseline.name)
        }
        let slices = slices(of: baseline)
        guard slices.count > 1 else { return try compareWhole(baseline, outputsOnly: outputsOnly) }
        let parts = try concurrentMap(slices, inTurn: candidate.answersInTurn) { range in
            try compareWhole(baseline.slice(range), outputsOnly: outputsOnly).layers
                .map { $0.movedAlongBatch(by: range.lowerBound) }
        }
        var layers = parts[0]
        for part in parts.dropFirst() { layers = zip(layers, part).map { $0.merged(with: $1) } }
        for index in layers.indices {
            layers[index].shape = baseline.tensors[layers[index].layer]?.shape.dimensions
        }
        return CaseMetrics(name: baseline.name, source: baseline.source, layers: layers)
    }

    /// The most elements of a batch that a thread compares at once, which bounds the memory for their activations and
    /// error bounds.
    private static let batch = 4

    /// The ranges of a case's batch to compare each for itself: one range where the batch cannot be taken apart.
    func slices(of baseline: RecordedCase) -> [Range<Int>] {
        let batch = baseline.inputs.values.first.map { $0.shape.rank > 0 ? $0.shape[0] : 1 } ?? 1
        guard batch > Self.batch, graph.computesBatchElementsApart(for: baseline.inputs.mapValues(\.shape)),
            baseline.tensors.allSatisfy({ name, tensor in
                tensor.shape.rank > 0 && tensor.shape[0] == batch && graph.initializers[name] == nil
            })
        else { return [0..<batch] }
        return stride(from: 0, to: batch, by: Self.batch).map { $0..<min($0 + Self.batch, batch) }
    }

    private func compareWhole(_ baseline: RecordedCase, outputsOnly: Bool) throws -> CaseMetrics {
        var exact = baseline.inputs.merging(graph.initializers) { $1 }
        var errors = exact.reduce(into: [String: Tensor<Double>]()) { errors, tensor in
            errors[tensor.key] = bound.inputErrors(of: tensor.value, isConstant: isConstant(tensor.key))
        }
        _ = try oracle.run(baseline.inputs) { activation in exact[activation.name] = activation.values }

        var computed = [String: AnyTensor]()
        _ = try candidate.run(baseline.inputs) { computed[$0.name] = $0.values }
        var layers = outputsOnly ? [] : try givenTensors(in: baseline)
        for (node, name) in graph.nodes.flatMap({ node in node.outputs.map { (node, $0) } }) {
            guard let exactOutput = exact[name] else { continue }
            let inputs = node.inputs.map { name in name.flatMap { exact[$0] } }
            let inputErrors = node.inputs.map { name in name.flatMap { errors[$0] } }
            let bounds = try bound.errors(of: node, inputs: inputs, errors: inputErrors, output: exactOutput.float64)
            errors[name] = bounds
            let isOutput = graph.outputs.contains(name)
            guard let recorded = baseline.tensors[name], let values = computed[name], isOutput || !outputsOnly else {
                continue
            }
            guard values.shape == recorded.shape else {
                throw ComparisonError.differentShape(
                    name, case: baseline.name, baseline: recorded.shape, candidate: values.shape)
            }
            layers.append(
                LayerMetrics(
                    layer: name, node: node.name, operator: node.operator.name,
                    isOutput: isOutput, shape: recorded.shape.dimensions,
                    isolated: candidate.observesNodes ? try isolated(node, recorded, baseline) : nil,
                    cumulative: agreement(
                        baseline: recorded, candidate: values, exact: exactOutput, bounds: bounds)))
        }
        return CaseMetrics(name: baseline.name, source: baseline.source, layers: layers)
    }

    /// The metrics of what a recording holds of the graph's constants and inputs, which nothing computes: the outputs of
    /// its Constant nodes, among others.
    private func givenTensors(in baseline: RecordedCase) throws -> [LayerMetrics] {
        try baseline.tensors.sorted { $0.key < $1.key }.compactMap { name, recorded in
            guard let given = graph.initializers[name] ?? baseline.inputs[name], !graph.outputs.contains(name) else {
                return nil
            }
            guard given.shape == recorded.shape else {
                throw ComparisonError.differentShape(
                    name, case: baseline.name, baseline: recorded.shape, candidate: given.shape)
            }
            let bounds =
                bound.inputErrors(of: given, isConstant: isConstant(name)) ?? Tensor(given.shape, repeating: 0)
            return LayerMetrics(
                layer: name, node: name, operator: isConstant(name) ? "Constant" : "Input", isOutput: false,
                shape: recorded.shape.dimensions, isolated: nil,
                cumulative: agreement(baseline: recorded, candidate: given, exact: given, bounds: bounds))
        }
    }

    /// Whether a tensor of a recording is one of the graph's.
    func knows(_ tensor: String, among inputs: [String: AnyTensor]) -> Bool {
        graph.initializers[tensor] != nil || inputs[tensor] != nil
            || graph.nodes.contains { $0.outputs.contains(tensor) }
    }

    private func isConstant(_ tensor: String?) -> Bool { tensor.map { graph.initializers[$0] != nil } ?? false }

    /// The node on the baseline's own inputs; nil where not all of them are recorded.
    private func isolated(
        _ node: Node, _ recorded: AnyTensor, _ baseline: RecordedCase
    ) throws -> Agreement? {
        var given = [String: AnyTensor]()
        for case let name? in node.inputs {
            guard let tensor = graph.initializers[name] ?? baseline.inputs[name] ?? baseline.tensors[name]
            else { return nil }
            given[name] = tensor
        }
        let exact = try oracle.evaluate(node, on: given)[0]
        let bounds = try bound.errors(
            of: node, inputs: node.inputs.map { name in name.flatMap { given[$0] } },
            errors: node.inputs.map { name in
                name.flatMap { given[$0].flatMap { bound.inputErrors(of: $0, isConstant: isConstant(name)) } }
            }, output: exact.float64)
        return agreement(
            baseline: recorded, candidate: try candidate.evaluate(node, on: given)[0], exact: exact, bounds: bounds)
    }

    private func agreement(
        baseline: AnyTensor, candidate: AnyTensor, exact: AnyTensor, bounds: Tensor<Double>
    ) -> Agreement {
        Agreement(
            difference: Difference(baseline: baseline, candidate: candidate),
            baselineError: ErrorAgainstOracle(computed: baseline, exact: exact, bounds: bounds),
            candidateError: ErrorAgainstOracle(computed: candidate, exact: exact, bounds: bounds))
    }
}

/// Why two computations cannot be compared.
public enum ComparisonError: Error, Equatable, CustomStringConvertible {
    case missingTensor(String, case: String)
    case differentShape(String, case: String, baseline: Shape, candidate: Shape)
    case nothingInCommon(String)
    case noBound(node: String, operator: String)
    case severalBaselines([String])
    case listedTwice(String, list: String, as: [String])

    public var description: String {
        switch self {
        case .missingTensor(let tensor, let name):
            "case \"\(name)\": the baseline did not record \"\(tensor)\", an output of the network"
        case .differentShape(let tensor, let name, let baseline, let candidate):
            "case \"\(name)\": tensor \"\(tensor)\" is \(baseline) in the baseline and \(candidate) in the candidate"
        case .noBound(let node, let name):
            "node \"\(node)\" (\(name)): how far rounding may take its output is not known"
        case .nothingInCommon(let what): "nothing can be compared: \(what)"
        case .severalBaselines(let engines):
            "the captures come from several engines (\(engines.joined(separator: "; "))); a report compares with one"
        case .listedTwice(let frame, let list, let names):
            "frame \(frame) is named twice in \(list): \(names.joined(separator: ", "))"
        }
    }
}
