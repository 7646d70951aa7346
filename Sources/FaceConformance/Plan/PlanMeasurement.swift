import Conformance
import Detection

/// What a choice of precisions comes to, against float32 throughout.
public struct PlanMeasurement: Sendable, Codable, Equatable {
    /// Of matched faces, end to end; nil without any.
    public let meanIou: Double?
    public let minIou: Double?
    /// Faces that both found, of those that either found.
    public let detectionAgreement: Double?
    /// Over the outputs of all networks, each on the same inputs as in float32.
    public let maxAbsDiff: Double
    /// The largest of the networks' means.
    public let meanAbsDiff: Double

    /// Those that a plan can be asked for.
    public static let metrics: [Metric] = [.meanIou, .minIou, .detectionAgreement, .maxAbsDiff, .meanAbsDiff]

    /// Of these, larger values are better, up to 1; of the others smaller ones are, down to 0.
    static let agreements: [Metric] = [.meanIou, .minIou, .detectionAgreement]

    /// A value that nothing was measured for keeps no limit.
    public subscript(metric: Metric) -> Double {
        switch metric {
        case .meanIou: meanIou ?? .nan
        case .minIou: minIou ?? .nan
        case .detectionAgreement: detectionAgreement ?? .nan
        case .maxAbsDiff: maxAbsDiff
        case .meanAbsDiff: meanAbsDiff
        default: .nan
        }
    }
}

/// A limit that a plan must keep.
public struct PlanRequirement: Sendable, Equatable {
    public let metric: Metric
    public let threshold: Threshold

    /// - Parameter text: `mean_iou=0.999`: at least that for overlaps and agreement, at most that for differences.
    /// - Returns: nil for an unknown metric or no number.
    public init?(_ text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2,
            let metric = PlanMeasurement.metrics.first(where: { $0.rawValue == parts[0] }),
            let limit = Double(parts[1]), limit.isFinite, limit >= 0,
            !PlanMeasurement.agreements.contains(metric) || limit <= 1
        else { return nil }
        self.metric = metric
        threshold = Threshold(
            metric, PlanMeasurement.agreements.contains(metric) ? .atLeast : .atMost, limit, .requested,
            "asked of the plan")
    }

    func holds(for measurement: PlanMeasurement) -> Bool { threshold.holds(for: measurement[metric]) }

    /// How far a measurement is from the requirement: 0 where it holds, else how many times the allowed distance
    /// from perfect the value lies beyond it.
    func shortfall(of measurement: PlanMeasurement) -> Double {
        let value = measurement[metric]
        guard value.isFinite else { return .infinity }
        guard !threshold.holds(for: value) else { return 0 }
        let (distance, allowed) =
            PlanMeasurement.agreements.contains(metric) ? (1 - value, 1 - threshold.limit) : (value, threshold.limit)
        return distance / max(allowed, 1e-9)
    }
}
