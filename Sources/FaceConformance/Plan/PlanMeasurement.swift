import Conformance

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
    /// What the answers come to for each task that is asked for; nil where none is.
    public let tasks: [TaskAgreement]?

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

    /// Those that a plan can be asked for, beside the tasks of answers.
    public static let metrics: [Metric] = [.meanIou, .minIou, .detectionAgreement, .maxAbsDiff, .meanAbsDiff]

    /// Of these, larger values are better, up to 1.
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
    /// The task whose answers it is on; nil for one on a metric of the plan's own.
    public let task: String?
    public let threshold: Threshold

    /// What it is on, as it was written.
    public var name: String { task ?? threshold.metric.rawValue }

    /// - Parameter text: `mean_iou=0.999` or `top1=0.99`: at least that for overlaps and agreement, at most that for
    ///   differences.
    /// - Returns: nil for an unknown metric or no number.
    public init?(_ text: String) {
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

    /// NaN where nothing was measured for it.
    public func value(in measurement: PlanMeasurement) -> Double {
        guard let task else { return measurement[threshold.metric] }
        return measurement.tasks?.first { $0.task == task }?.value ?? .nan
    }

    /// How far a measurement is from the requirement: 0 where it holds, else how many times the allowed distance
    /// from perfect the value lies beyond it.
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

    /// A threshold, with the task beside it that it is on.
    public init(from decoder: any Decoder) throws {
        task = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .task)
        threshold = try Threshold(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try threshold.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(task, forKey: .task)
    }
}
