import Captures
import Conformance
import Detection
import Engines
import NetworkGraph
import Tensors

/// The effect of a float16 arithmetic on one network, compared with float32 on equal inputs.
package struct NetworkPrecision: Sendable, Codable, Equatable {
    package let network: String
    package let modelSha256: String
    package let cases: Int
    /// Over the network's outputs.
    package let maxAbsDiff: Double
    package let meanAbsDiff: Double
    /// The largest error of rounding the exact outputs once to the results' format, or to float16 if that is float32:
    /// no result in this format is certain to do better.
    package let floor: Double
    /// Of the boxes from the network's own regression, wherever float32 decides for a face.
    package let meanIou: Double?
    package let minIou: Double?
    /// The share of decisions at the network's score threshold that agree with float32's.
    package let decisionAgreement: Double?
    /// The first layer with elements that are NaN or infinite.
    package let firstNonFinite: String?
    /// The constants with elements that float16 cannot hold as normal numbers.
    package let constants: [ConstantRange]
    package let layers: [LayerPrecision]
    /// The result of each task metric; nil if none was requested.
    package private(set) var tasks: [TaskAgreement]?
    /// True if the inputs are one number throughout in every case; else nil.
    package let inputsAreConstant: Bool?

    package init(
        network: String, modelSha256: String, cases: Int, maxAbsDiff: Double, meanAbsDiff: Double, floor: Double,
        meanIou: Double?, minIou: Double?, decisionAgreement: Double?, constants: [ConstantRange],
        layers: [LayerPrecision], tasks: [TaskAgreement]? = nil, inputsAreConstant: Bool = false
    ) {
        self.tasks = tasks
        self.inputsAreConstant = inputsAreConstant ? true : nil
        self.network = network
        self.modelSha256 = modelSha256
        self.cases = cases
        self.maxAbsDiff = maxAbsDiff
        self.meanAbsDiff = meanAbsDiff
        self.floor = floor
        self.meanIou = meanIou
        self.minIou = minIou
        self.decisionAgreement = decisionAgreement
        self.constants = constants
        self.layers = layers
        firstNonFinite = layers.first { $0.range.nonFiniteCount > 0 }?.metrics.layer
    }
}

extension NetworkPrecision {
    /// Adds what the user's programs measured.
    package mutating func add(_ measured: [TaskAgreement]) {
        if !measured.isEmpty { tasks = (tasks ?? []) + measured }
    }

    /// Whether the network is one of the cascade's, whose decisions are compared.
    package var isOfCascade: Bool { CascadeNetwork.allCases.contains { $0.modelName == network } }
}

/// The effect of a float16 arithmetic on one layer.
package struct LayerPrecision: Sendable, Codable, Equatable {
    package let metrics: LayerMetrics
    package let range: NumberRange
    /// Of the float32 elements, in dB; nil without error.
    package let signalToNoise: Double?
    /// The format's largest number divided by the largest element.
    package let headroom: Double?

    package init(_ metrics: LayerMetrics, _ range: NumberRange, in format: FloatFormat = .binary16) {
        self.metrics = metrics
        self.range = range
        signalToNoise = range.signalToNoise
        headroom = range.headroom(in: format)
    }
}

extension NetworkPrecision {
    /// Runs a network in float32 and in another arithmetic on the same inputs.
    ///
    /// - Parameters:
    ///   - network: its name; decisions are compared for `pnet`, `rnet` and `onet`.
    ///   - scoreThreshold: the least probability at which the network decides for a face.
    /// - Throws: the engines' errors.
    package init(
        of arithmetic: ArithmeticName, running graph: Graph, modelSha256: String, on inputs: [NetworkInputs],
        network: String, scoreThreshold: Double
    ) throws {
        self = try Self.all(
            in: [arithmetic], running: graph, oracle: Oracle(of: graph), modelSha256: modelSha256,
            on: inputs.indices.map(\.description), reading: { Int($0).map { [inputs[$0]] } ?? [] }, network: network,
            scoreThreshold: scoreThreshold)[0]
    }

    /// The same in several arithmetics, in their order. Each input is run once in float32, and once by the oracle.
    ///
    /// - Parameters:
    ///   - oracle: of the graph.
    ///   - cases: the names of the cases.
    ///   - read: returns the inputs of a case, when it is its turn.
    ///   - tasks: the metrics to measure on the outputs.
    /// - Throws: the engines' errors.
    package static func all(
        in arithmetics: [ArithmeticName], running graph: Graph, oracle: Oracle, modelSha256: String,
        on cases: [String], reading read: @Sendable (String) throws -> [NetworkInputs], network: String,
        scoreThreshold: Double, tasks: [TaskMetric] = []
    ) throws -> [NetworkPrecision] {
        let baseline = try ArithmeticName.fp32.engine(for: graph)
        let face = try CascadeNetwork.allCases.first { $0.modelName == network }
            .map { try GraphFaceNetwork($0, graph: graph) { _ in baseline } }
        var trials = try arithmetics.map {
            try ArithmeticTrial(of: $0, graph, oracle, face, tasks, scoreThreshold: scoreThreshold)
        }
        let asked = trials
        let answers = try concurrentMap(cases) { name in
            try read(name).map { input in
                var expected = [String: AnyTensor]()
                _ = try baseline.run(input.tensors) { expected[$0.name] = $0.values }
                let exact = try oracle.tensors(for: input.tensors)
                let recorded = RecordedCase(
                    name: input.name, source: input.source, inputs: input.tensors, tensors: expected, exact: exact)
                // The arithmetics share what the oracle gives for a case.
                let own = try LayerComparison.compare(asked.map(\.comparison), with: recorded) {
                    try asked[$0].answer(to: $1, $2)
                }
                return (gaps: InputGaps(input.tensors), own: own)
            }
        }
        var gaps = InputGaps()
        for answer in answers.joined() {
            gaps = gaps.merged(with: answer.gaps)
            for (index, own) in answer.own.enumerated() { trials[index].add(own.metrics, own.observations) }
        }
        // Most arithmetics share a format.
        var constants = [FloatFormat: [ConstantRange]]()
        return trials.map { trial in
            let format = trial.format
            let own = constants[format] ?? ConstantRange.outOfRange(in: graph, of: format)
            constants[format] = own
            return trial.precision(
                of: network, modelSha256: modelSha256, constants: own, inputsAreConstant: gaps.areConstant)
        }
    }
}

/// One arithmetic's results on a network's inputs so far.
private struct ArithmeticTrial: Sendable {
    private let graph: Graph
    /// The format in whose range numbers must lie.
    let format: FloatFormat
    let comparison: LayerComparison
    private let face: GraphFaceNetwork?
    private let scoreThreshold: Double
    private var cases = [CaseMetrics]()
    private var ranges = [String: NumberRange]()
    private var decisions: BoxDecisions
    private var floor = 0.0

    init(
        of arithmetic: ArithmeticName, _ graph: Graph, _ oracle: Oracle, _ face: GraphFaceNetwork?,
        _ tasks: [TaskMetric], scoreThreshold: Double
    ) throws {
        self.graph = graph
        // For an arithmetic that stores float32, the question is how its numbers would lie in float16. Subnormals are
        // counted separately.
        let stored = arithmetic.formats.stored
        format =
            FloatFormat.binary32.isFiner(than: stored)
            ? FloatFormat(fractionBits: stored.fractionBits, exponentBits: stored.exponentBits) : .binary16
        comparison = try LayerComparison(
            of: try arithmetic.engine(for: graph), bound: RoundingBound(of: arithmetic), oracle: oracle, tasks: tasks)
        self.face = face
        self.scoreThreshold = scoreThreshold
        decisions = BoxDecisions(scoreThreshold: scoreThreshold)
    }

    /// What the arithmetic gives for a case, or for a slice of its batch.
    struct Answer: Sendable {
        let ranges: [(layer: String, range: NumberRange)]
        /// The face network's answers, beside float32's.
        let faces: (expected: FaceAnswers, found: FaceAnswers)?
        /// The largest error of rounding the exact outputs once.
        let floor: Double
    }

    func answer(to recorded: RecordedCase, _ found: [String: AnyTensor]) throws -> Answer {
        let ranges = graph.nodes.flatMap(\.outputs).compactMap { name in
            found[name].flatMap { computed in
                recorded.tensors[name].map { expected in
                    (layer: name, range: NumberRange(computed: computed.float64, exact: expected.float64, in: format))
                }
            }
        }
        let faces = try face.map { face in
            func answers(_ tensors: [String: AnyTensor]) throws -> FaceAnswers {
                FaceAnswers(positions: try face.answers(in: tensors).map { Double($0) }, scores: face.scores)
            }
            return (expected: try answers(recorded.tensors), found: try answers(found))
        }
        let exact = graph.outputs.flatMap { recorded.exact?[$0]?.float64.elements ?? [] }.filter(\.isFinite)
        let floor = exact.reduce(0) { max($0, abs(format.rounded($1) - $1)) }
        return Answer(ranges: ranges, faces: faces, floor: floor)
    }

    mutating func add(_ metrics: CaseMetrics, _ answers: [Answer]) {
        cases.append(metrics)
        for answer in answers {
            floor = max(floor, answer.floor)
            for (layer, range) in answer.ranges { ranges[layer] = ranges[layer]?.merged(with: range) ?? range }
            if let faces = answer.faces { decisions.add(expected: faces.expected, found: faces.found) }
        }
    }

    func precision(
        of network: String, modelSha256: String, constants: [ConstantRange], inputsAreConstant: Bool
    ) -> NetworkPrecision {
        let comparison = NetworkComparison(
            network: network, modelSHA256: modelSha256, cases: cases, layersNotCompared: [])
        let merged = comparison.layers
        let outputs = merged.filter(\.isOutput).map(\.cumulative.difference)
        let whole = outputs.reduce(Difference()) { $0.merged(with: $1) }
        return NetworkPrecision(
            network: network, modelSha256: modelSha256, cases: cases.count,
            maxAbsDiff: whole.maxAbsDiffOfAll, meanAbsDiff: whole.meanAbsDiff,
            floor: floor, meanIou: decisions.overlaps.mean, minIou: decisions.overlaps.smallest,
            decisionAgreement: decisions.agreement, constants: constants,
            layers: merged.map { LayerPrecision($0, ranges[$0.layer] ?? NumberRange(), in: format) },
            tasks: comparison.tasks.isEmpty ? nil : comparison.tasks, inputsAreConstant: inputsAreConstant)
    }
}
