/// What was measured of one network over all cases.
public struct NetworkComparison: Sendable {
    /// The model's name: `squeezenet`
    public let network: String
    public let modelSHA256: String
    public let cases: [CaseMetrics]
    /// Layers that were to be compared and that one side lacks: the capture in every case, or the engine in some, where
    /// these two are compared; either in some case, where two captures are.
    public let layersNotCompared: [String]
    /// Cases that one side lacks.
    public let casesNotCompared: [String]
    /// How the sides were aligned, where they are not of one file: a sentence for each thing that was found and undone.
    public let alignment: [String]?
    /// Faults that change nothing on these inputs, a sentence for each; nil where there are none.
    public let inputsCannotShow: [String]?
    /// Whether the inputs are one number throughout in every case.
    public let inputsAreConstant: Bool
    /// What it is held against in place of a report's limits; nil for these.
    public var limits: LayerThresholds?
    /// What programs measured of both sides' answers over all cases.
    public var measuredByPrograms: [TaskAgreement]

    public init(
        network: String, modelSHA256: String, cases: [CaseMetrics], layersNotCompared: [String],
        casesNotCompared: [String] = [], alignment: [String]? = nil, inputsCannotShow: [String]? = nil,
        inputsAreConstant: Bool = false, limits: LayerThresholds? = nil, measuredByPrograms: [TaskAgreement] = []
    ) {
        self.inputsAreConstant = inputsAreConstant
        self.limits = limits
        self.measuredByPrograms = measuredByPrograms
        self.network = network
        self.modelSHA256 = modelSHA256
        self.cases = cases
        self.layersNotCompared = layersNotCompared
        self.casesNotCompared = casesNotCompared
        self.alignment = alignment
        self.inputsCannotShow = inputsCannotShow.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Each layer's metrics over all cases, in the order in which the first case has them.
    public var layers: [LayerMetrics] {
        var order = [String]()
        var merged = [String: LayerMetrics]()
        for layer in cases.flatMap(\.layers) {
            if let known = merged[layer.layer] {
                merged[layer.layer] = known.merged(with: layer)
            } else {
                order.append(layer.layer)
                merged[layer.layer] = layer.merged(with: nil)
            }
        }
        return order.compactMap { merged[$0] }
    }

    /// What the answers of all cases come to for each task that is asked for.
    public var tasks: [TaskAgreement] {
        var merged = [TaskAgreement]()
        for agreement in cases.flatMap({ $0.tasks ?? [] }) {
            if let index = merged.firstIndex(where: { $0.task == agreement.task }) {
                merged[index] = merged[index].merged(with: agreement)
            } else {
                merged.append(agreement)
            }
        }
        return merged + measuredByPrograms
    }

    /// A layer whose own error is no rounding error.
    public struct Divergence: Sendable, Codable, Equatable {
        public let layer: String
        /// Whose error it is; of both, the candidate's is meant.
        public let side: Side

        public enum Side: String, Sendable, Codable {
            case baseline, candidate
        }

        public init(layer: String, side: Side) {
            self.layer = layer
            self.side = side
        }
    }

    /// The first layer, in the order of computation, where a side's own error exceeds the bound on rounding.
    public var firstDivergence: Divergence? {
        layers.lazy.compactMap { layer in
            func exceeds(_ error: ErrorAgainstOracle?, _ whole: ErrorAgainstOracle?) -> Bool {
                (error?.widestBoundRatio ?? error?.boundRatio ?? 0) > 1 && whole?.grade != .explains
            }
            let (own, whole) = (layer.isolated, layer.cumulative)
            if exceeds(own?.candidateError, whole.candidateError) {
                return Divergence(layer: layer.layer, side: .candidate)
            }
            if exceeds(own?.baselineError, whole.baselineError) {
                return Divergence(layer: layer.layer, side: .baseline)
            }
            return nil
        }.first
    }
}
