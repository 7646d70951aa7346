/// The measurements of one network over all cases.
public struct NetworkComparison: Sendable {
    /// The model's name: `squeezenet`
    public let network: String
    public let modelSHA256: String
    public let cases: [CaseMetrics]
    /// Layers to compare that one side lacks. If a capture is compared with an engine: those missing from the capture
    /// in every case, or from the engine in some. If two captures are compared: those missing from either in some
    /// case.
    public let layersNotCompared: [String]
    /// Cases that one side lacks.
    public let casesNotCompared: [String]
    /// How the sides were aligned, if they come from different files: one sentence for each difference that was
    /// undone.
    public let alignment: [String]?
    /// Faults that change nothing on these inputs, one sentence each; nil if there are none.
    public let inputsCannotShow: [String]?
    /// Whether the inputs are one number throughout in every case.
    package let inputsAreConstant: Bool
    /// The limits that replace a report's own; nil to keep these.
    package var limits: LayerThresholds?
    /// The numbers that programs measured on both sides' answers over all cases.
    package var measuredByPrograms: [TaskAgreement]

    package init(
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

    /// Each layer's metrics over all cases, in the first case's order.
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

    /// The metrics of each requested task over all cases.
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

    /// A layer whose own error rounding cannot explain.
    public struct Divergence: Sendable, Codable, Equatable {
        public let layer: String
        /// Whose error it is; if both sides err, the candidate's.
        public let side: Side

        public enum Side: String, Sendable, Codable {
            case baseline, candidate
        }

        public init(layer: String, side: Side) {
            self.layer = layer
            self.side = side
        }
    }

    /// The first layer, in order of computation, where a side's own error exceeds the bound on rounding.
    public var firstDivergence: Divergence? {
        layers.lazy.compactMap { layer in
            // Winograd's algorithm exceeds the bound for sums in any order, and yet is right.
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
