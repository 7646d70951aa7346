/// A limit on a metric, and its source.
public struct Threshold: Sendable, Codable, Equatable {
    public enum Direction: String, Sendable, Codable {
        case below, atMost = "at_most", above, atLeast = "at_least"
    }

    public enum Origin: String, Sendable, Codable {
        /// The conversion's requirements demand it.
        case requested
        /// A bound on what rounding can do.
        case derived
        /// Found by measurement.
        case measured
        /// Nothing passes if it was not compared, or if it is not a number.
        case soundness
    }

    /// Which tensors a limit applies to: every compared layer, or the outputs computed from the network's inputs.
    public enum Scope: String, Sendable, Codable, CaseIterable {
        case layers, outputs
    }

    public let metric: Metric
    public let direction: Direction
    public let limit: Double
    public let origin: Origin
    /// Nil for every compared layer.
    public let scope: Scope?
    /// What it applies to and why it has this value, in words.
    public let explanation: String

    public init(
        _ metric: Metric, _ direction: Direction, _ limit: Double, _ origin: Origin, on scope: Scope? = nil,
        _ explanation: String
    ) {
        self.scope = scope
        self.metric = metric
        self.direction = direction
        self.limit = limit
        self.origin = origin
        self.explanation = explanation
    }

    /// Whether a value meets the limit; NaN never does.
    public func holds(for value: Double) -> Bool {
        switch direction {
        case .below: value < limit
        case .atMost: value <= limit
        case .above: value > limit
        case .atLeast: value >= limit
        }
    }

    /// Whether `value` misses the limit by more than `other`.
    func isWorse(_ value: Double, than other: Double) -> Bool {
        switch direction {
        case .below, .atMost: !(value <= other)
        case .above, .atLeast: !(value >= other)
        }
    }
}
