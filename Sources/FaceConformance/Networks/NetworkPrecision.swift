import Captures
import Conformance
import Detection
import Engines
import NetworkGraph
import Tensors

/// What a float16 arithmetic does to one network, against float32 on equal inputs.
public struct NetworkPrecision: Sendable, Codable, Equatable {
    public let network: String
    public let modelSha256: String
    public let cases: Int
    /// Over the network's outputs.
    public let maxAbsDiff: Double
    public let meanAbsDiff: Double
    /// The largest error of rounding the exact outputs once to float16: no float16 result can be sure to do better.
    public let floor: Double
    /// Of the boxes that the network's own regression gives, wherever float32 decides for a face.
    public let meanIou: Double?
    public let minIou: Double?
    /// Of all decisions at the network's score threshold, those that are float32's.
    public let decisionAgreement: Double?
    /// The first layer with elements that are NaN or infinite.
    public let firstNonFinite: String?
    /// The constants with elements that float16 cannot hold as normal numbers.
    public let constants: [ConstantRange]
    public let layers: [LayerPrecision]

    public init(
        network: String, modelSha256: String, cases: Int, maxAbsDiff: Double, meanAbsDiff: Double, floor: Double,
        meanIou: Double?, minIou: Double?, decisionAgreement: Double?, constants: [ConstantRange],
        layers: [LayerPrecision]
    ) {
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

/// What a float16 arithmetic does to one layer.
public struct LayerPrecision: Sendable, Codable, Equatable {
    public let metrics: LayerMetrics
    public let range: Float16Range
    /// Of the float32 elements, in dB; nil without error.
    public let signalToNoise: Double?
    /// How many times the largest element fits into 65504.
    public let headroom: Double?

    public init(_ metrics: LayerMetrics, _ range: Float16Range) {
        self.metrics = metrics
        self.range = range
        signalToNoise = range.signalToNoise
        headroom = range.headroom
    }
}

extension NetworkPrecision {
    /// Runs a network in float32 and in another arithmetic on the same inputs.
    ///
    /// - Parameters:
    ///   - network: its name; of `pnet`, `rnet` and `onet` the decisions are compared.
    ///   - scoreThreshold: the probability from which the network decides for a face.
    /// - Throws: what running the engines throws.
    public init(
        of arithmetic: ArithmeticName, running graph: Graph, modelSha256: String, on inputs: [NetworkInputs],
        network: String, scoreThreshold: Double
    ) throws {
        let baseline = try ArithmeticName.fp32.engine(for: graph)
        let oracle = try ArithmeticName.fp64.engine(for: graph)
        let candidate = try arithmetic.engine(for: graph)
        let face = try CascadeNetwork.allCases.first { $0.modelName == network }
            .map { try GraphFaceNetwork($0, graph: graph) { _ in baseline } }
        let comparison = try LayerComparison(of: candidate, bound: RoundingBound(of: arithmetic))
        var cases = [CaseMetrics]()
        var ranges = [String: Float16Range]()
        var decisions = BoxDecisions(scoreThreshold: scoreThreshold)
        var floor = 0.0
        for input in inputs {
            var expected = [String: AnyTensor]()
            _ = try baseline.run(input.tensors) { expected[$0.name] = $0.values }
            cases.append(
                try comparison.compare(
                    with: RecordedCase(
                        name: input.name, source: input.source, inputs: input.tensors, tensors: expected)))
            var found = [String: AnyTensor]()
            _ = try candidate.run(input.tensors) { activation in
                found[activation.name] = activation.values
                guard let exact = expected[activation.name]?.float64 else { return }
                let range = Float16Range(computed: activation.values.float64, exact: exact)
                ranges[activation.name] = ranges[activation.name]?.merged(with: range) ?? range
            }
            if let face {
                decisions.add(
                    expected: FaceAnswers(
                        positions: try face.answers(in: expected).map { Double($0) }, scores: face.scores),
                    found: FaceAnswers(positions: try face.answers(in: found).map { Double($0) }, scores: face.scores))
            }
            for exact in try oracle.run(input.tensors).values {
                for value in exact.float64.elements where value.isFinite {
                    floor = max(floor, abs(Double(Float16(value)) - value))
                }
            }
        }
        let merged = NetworkComparison(
            network: network, modelSHA256: modelSha256, cases: cases, layersNotCompared: []
        ).layers
        let outputs = merged.filter(\.isOutput).map(\.cumulative.difference)
        let whole = outputs.reduce(Difference()) { $0.merged(with: $1) }
        self.init(
            network: network, modelSha256: modelSha256, cases: cases.count,
            maxAbsDiff: whole.maxAbsDiffOfAll, meanAbsDiff: whole.meanAbsDiff,
            floor: floor, meanIou: decisions.overlaps.mean, minIou: decisions.overlaps.smallest,
            decisionAgreement: decisions.agreement, constants: ConstantRange.outOfRange(in: graph),
            layers: merged.map { LayerPrecision($0, ranges[$0.layer] ?? Float16Range()) })
    }
}
