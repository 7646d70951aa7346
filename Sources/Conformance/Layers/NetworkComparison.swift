/// What was measured of one network over all cases.
public struct NetworkComparison: Sendable {
    /// `pnet`
    public let network: String
    public let modelSHA256: String
    public let cases: [CaseMetrics]
    /// Layers that the candidate computed and no case of the baseline recorded.
    public let layersNotCompared: [String]

    public init(network: String, modelSHA256: String, cases: [CaseMetrics], layersNotCompared: [String]) {
        self.network = network
        self.modelSHA256 = modelSHA256
        self.cases = cases
        self.layersNotCompared = layersNotCompared
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

    /// The first layer, in the order of computation, whose own error exceeds the bound on rounding: where
    /// the candidate departs.
    public var firstDivergence: String? {
        layers.first { ($0.isolated?.candidateError?.boundRatio ?? 0) > 1 }?.layer
    }
}
