/// A limit on a metric, with where it comes from.
public struct Threshold: Sendable, Codable, Equatable {
    public enum Direction: String, Sendable, Codable {
        case below, atMost = "at_most", above, atLeast = "at_least"
    }

    public enum Origin: String, Sendable, Codable {
        /// The conversion's requirements ask for it.
        case requested
        /// A bound on what rounding can do.
        case derived
        /// Found by measuring.
        case measured
        /// Nothing passes that was not compared, or that is no number.
        case soundness
    }

    /// Which tensors a limit is on: every layer that is compared, or the outputs as they arrive.
    public enum Scope: String, Sendable, Codable, CaseIterable {
        case layers, outputs
    }

    public let metric: Metric
    public let direction: Direction
    public let limit: Double
    public let origin: Origin
    /// Nil for every layer that is compared.
    public let scope: Scope?
    /// What it applies to and why it is what it is, for a person.
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

    /// Whether a value keeps the limit; NaN keeps none.
    public func holds(for value: Double) -> Bool {
        switch direction {
        case .below: value < limit
        case .atMost: value <= limit
        case .above: value > limit
        case .atLeast: value >= limit
        }
    }

    /// Whether `value` is further from keeping the limit than `other`.
    func isWorse(_ value: Double, than other: Double) -> Bool {
        switch direction {
        case .below, .atMost: !(value <= other)
        case .above, .atLeast: !(value >= other)
        }
    }
}
