/// The limits that layers are held against.
public struct LayerThresholds: Sendable {
    public let all: [Threshold]

    public init(_ all: [Threshold]) {
        self.all = all
    }

    /// The limits on float32 results.
    public static let float32 = LayerThresholds([
        Threshold(
            "max_abs_diff", .below, 1e-5, .requested, "every layer, fed the baseline's inputs and its own predecessors'"
        ),
        Threshold(
            "mean_abs_diff", .below, 1e-6, .requested,
            "over the elements of all cases; every layer, fed the baseline's inputs and its own predecessors'"),
        Threshold(
            "candidate_bound_ratio", .atMost, 1, .derived,
            "the candidate's error against the float64 run, divided by the bound on rounding errors"),
        Threshold(
            "baseline_bound_ratio", .atMost, 1, .derived,
            "the baseline's error against the float64 run, divided by the bound on rounding errors"),
        Threshold("non_finite_count", .atMost, 0, .soundness, "elements that are NaN or infinite on either side"),
    ])

    /// The same limits, but for those that are given.
    public func with(maxAbsDiff: Double?, meanAbsDiff: Double?) -> LayerThresholds {
        let given = ["max_abs_diff": maxAbsDiff, "mean_abs_diff": meanAbsDiff]
        return LayerThresholds(
            all.map { threshold in
                guard case let limit?? = given[threshold.metric] else { return threshold }
                return Threshold(threshold.metric, .below, limit, .requested, "given on the command line")
            })
    }

    /// Every limit applied to what was measured of a layer.
    ///
    /// - Parameter network: the network's name, with which the checks' names begin.
    public func checks(of layer: LayerMetrics, network: String, deviations: [KnownDeviation]) -> [Check] {
        [("isolated", layer.isolated), ("cumulative", layer.cumulative)].flatMap { mode, agreement in
            all.compactMap { threshold in
                agreement?.value(of: threshold.metric).map { value in
                    Check(value, of: "\(network)/\(layer.layer)/\(mode)", against: threshold, deviations: deviations)
                }
            }
        }
    }
}

extension Agreement {
    /// The value of a metric, by the name that thresholds give it; nil if it was not measured.
    func value(of metric: String) -> Double? {
        switch metric {
        case "max_abs_diff": difference.maxAbsDiff
        case "mean_abs_diff": difference.meanAbsDiff
        case "candidate_bound_ratio": candidateError?.boundRatio
        case "baseline_bound_ratio": baselineError?.boundRatio
        case "non_finite_count": Double(difference.nonFiniteCount)
        default: nil
        }
    }
}
