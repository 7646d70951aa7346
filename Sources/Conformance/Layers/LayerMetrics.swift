import Tensors

/// The measurements of one layer's output, in one case or over several.
public struct LayerMetrics: Sendable, Codable, Equatable {
    /// The tensor's name.
    public let layer: String
    public let node: String
    public let `operator`: String
    /// Whether the tensor is an output of the network.
    public let isOutput: Bool
    /// The shape in a single case.
    public var shape: [Int]?
    /// The error of this layer alone, fed the baseline's inputs; nil if the baseline did not record them.
    public var isolated: Agreement?
    /// The error accumulated from the network's inputs on.
    public var cumulative: Agreement

    public init(
        layer: String, node: String, operator: String, isOutput: Bool, shape: [Int]?, isolated: Agreement?,
        cumulative: Agreement
    ) {
        self.layer = layer
        self.node = node
        self.operator = `operator`
        self.isOutput = isOutput
        self.shape = shape
        self.isolated = isolated
        self.cumulative = cumulative
    }

    /// The same layer's metrics over the cases of both; nil adds none.
    public func merged(with other: LayerMetrics?) -> LayerMetrics {
        var merged = self
        merged.shape = nil
        guard let other else { return merged }
        merged.cumulative = cumulative.merged(with: other.cumulative)
        if let theirs = other.isolated { merged.isolated = isolated?.merged(with: theirs) ?? theirs }
        return merged
    }
}

/// How two computations of one tensor agree with each other, and each with the exact result.
public struct Agreement: Sendable, Codable, Equatable {
    public var difference: Difference
    /// The baseline's own error; nil if no oracle was run.
    public var baselineError: ErrorAgainstOracle?
    /// The candidate's own error; nil if no oracle was run.
    public var candidateError: ErrorAgainstOracle?
    /// The agreement of the tensors as a whole; nil if that was not measured.
    public var signal: SignalAgreement?

    public init(
        difference: Difference, baselineError: ErrorAgainstOracle? = nil, candidateError: ErrorAgainstOracle? = nil,
        signal: SignalAgreement? = nil
    ) {
        self.difference = difference
        self.signal = signal
        self.baselineError = baselineError
        self.candidateError = candidateError
    }

    func merged(with other: Agreement) -> Agreement {
        func merged(_ one: ErrorAgainstOracle?, _ other: ErrorAgainstOracle?) -> ErrorAgainstOracle? {
            guard let one, let other else { return one ?? other }
            return one.merged(with: other)
        }
        return Agreement(
            difference: difference.merged(with: other.difference),
            baselineError: merged(baselineError, other.baselineError),
            candidateError: merged(candidateError, other.candidateError),
            signal: signal.map { mine in other.signal.map(mine.merged) ?? mine } ?? other.signal)
    }
}
