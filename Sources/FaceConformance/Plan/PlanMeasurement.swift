import Conformance

/// The result of a choice of precisions, compared with float32 throughout.
package struct PlanMeasurement: Sendable, Codable, Equatable {
    /// Of matched faces, end to end; nil without any.
    package let meanIou: Double?
    package let minIou: Double?
    /// Faces found by both, as a share of those found by either.
    package let detectionAgreement: Double?
    /// Over the outputs of all networks, each on the same inputs as in float32.
    package let maxAbsDiff: Double
    /// The largest of the networks' means.
    package let meanAbsDiff: Double
    /// The result of each task metric; nil if none was requested.
    package let tasks: [TaskAgreement]?

    init(
        meanIou: Double?, minIou: Double?, detectionAgreement: Double?, maxAbsDiff: Double, meanAbsDiff: Double,
        tasks: [TaskAgreement]? = nil
    ) {
        self.meanIou = meanIou
        self.minIou = minIou
        self.detectionAgreement = detectionAgreement
        self.maxAbsDiff = maxAbsDiff
        self.meanAbsDiff = meanAbsDiff
        self.tasks = tasks
    }

    /// The metrics that a plan can require, besides the tasks.
    package static let metrics: [Metric] = [.meanIou, .minIou, .detectionAgreement, .maxAbsDiff, .meanAbsDiff]

    /// For these, larger values are better, up to 1.
    static let agreements: [Metric] = [.meanIou, .minIou, .detectionAgreement]

    /// A value without any measurement meets no limit.
    package subscript(metric: Metric) -> Double {
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

/// A requirement on a plan.
package struct PlanRequirement: Sendable, Equatable {
    /// The task that it is on; nil for one of the plan's own metrics.
    package let task: String?
    package let threshold: Threshold

    /// The metric or task, as it was written.
    package var name: String { task ?? threshold.metric.rawValue }

    /// - Parameter text: `mean_iou=0.999` or `top1=0.99`: a minimum for overlaps and agreement, a maximum for
    ///   differences.
    /// - Returns: nil for an unknown metric or an invalid number.
    package init?(_ text: String) {
        if let requirement = TaskRequirement(text), let threshold = requirement.threshold {
            (task, self.threshold) = (requirement.task, threshold)
            return
        }
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2,
            let metric = PlanMeasurement.metrics.first(where: { $0.rawValue == parts[0] }),
            let limit = Double(parts[1]), limit.isFinite, limit >= 0,
            !PlanMeasurement.agreements.contains(metric) || limit <= 1
        else { return nil }
        task = nil
        threshold = Threshold(
            metric, PlanMeasurement.agreements.contains(metric) ? .atLeast : .atMost, limit, .requested,
            "asked of the plan")
    }

    func holds(for measurement: PlanMeasurement) -> Bool { threshold.holds(for: value(in: measurement)) }

    /// NaN if nothing was measured for it.
    package func value(in measurement: PlanMeasurement) -> Double {
        guard let task else { return measurement[threshold.metric] }
        return measurement.tasks?.first { $0.task == task }?.value ?? .nan
    }

    /// How far a measurement misses the requirement: 0 if it is met, else the excess as a multiple of the allowed
    /// distance from perfect.
    func shortfall(of measurement: PlanMeasurement) -> Double {
        let value = value(in: measurement)
        guard value.isFinite else { return .infinity }
        guard !threshold.holds(for: value) else { return 0 }
        let (distance, allowed) =
            threshold.direction == .atLeast ? (1 - value, 1 - threshold.limit) : (value, threshold.limit)
        return distance / max(allowed, 1e-9)
    }
}

extension PlanRequirement: Codable {
    private enum CodingKeys: String, CodingKey { case task }

    /// A threshold, with its task, if it has one.
    package init(from decoder: any Decoder) throws {
        task = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .task)
        threshold = try Threshold(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try threshold.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(task, forKey: .task)
    }
}
