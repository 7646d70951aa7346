/// The limits for layers.
public struct LayerThresholds: Sendable {
    public let all: [Threshold]

    public init(_ all: [Threshold]) {
        self.all = all
    }

    /// The limits for float32 results.
    public static let float32 = LayerThresholds([
        Threshold(
            .maxAbsDiff, .below, 1e-5, .requested, "every layer, fed the baseline's inputs and its own predecessors'"
        ),
        Threshold(
            .meanAbsDiff, .below, 1e-6, .requested,
            "over the elements of all cases; every layer, fed the baseline's inputs and its own predecessors'"),
        Threshold(
            .candidateBoundRatio, .atMost, 1, .derived,
            "the candidate's error against the float64 run, divided by the bound on rounding errors"),
        Threshold(
            .baselineBoundRatio, .atMost, 1, .derived,
            "the baseline's error against the float64 run, divided by the bound on rounding errors"),
        Threshold(.nonFiniteCount, .atMost, 0, .soundness, "elements that are NaN or infinite on either side"),
    ])

    /// Differences are unlimited as long as rounding explains them: the limits on the sides' own errors decide.
    public static let rounding = LayerThresholds(
        float32.all.map { threshold in
            guard threshold.metric != .nonFiniteCount else { return threshold }
            return Threshold(
                threshold.metric, .below, .infinity, .derived,
                "of any size, as long as rounding explains what each side's own error is")
        }
            + [("candidate", Metric.candidateEnvelopeRatio), ("baseline", .baselineEnvelopeRatio)].map { side, metric in
                Threshold(
                    metric, .atMost, RoundingGrade.explainedSpreads, .measured,
                    "the \(side)'s error against the float64 run, divided by the largest error of right programs of its "
                        + "arithmetic: sums in sequence, pairwise and in 4, 8 and 16 lanes, with and without fused "
                        + "multiply-adds, and Winograd's F(2,3), F(4,3) and F(6,3)")
            })

    /// The metrics that some reports lack.
    public static let optionalMetrics: [Metric] = [
        .candidateEnvelopeRatio, .baselineEnvelopeRatio, .relativeDiff, .signalToNoise, .cosine, .maxUlpDiff,
    ]

    /// Only the given limits, and the limit on non-finite elements.
    public static func given(_ limits: [Threshold]) -> LayerThresholds {
        LayerThresholds(
            float32.all.map { threshold in
                switch threshold.origin {
                case .requested:
                    Threshold(threshold.metric, .below, .infinity, .requested, "not limited on the command line")
                case .derived:
                    Threshold(
                        threshold.metric, .atMost, .infinity, .derived,
                        "measured, not limited: limits are given on the command line")
                case .measured, .soundness: threshold
                }
            }
        ).with(limits)
    }

    /// The same limits, replaced or extended by the given ones.
    public func with(_ limits: [Threshold]) -> LayerThresholds {
        let replaced = all.map { threshold in limits.first { $0.metric == threshold.metric } ?? threshold }
        return LayerThresholds(replaced + limits.filter { limit in !all.contains { $0.metric == limit.metric } })
    }

    /// Every limit applied to a layer's measurements.
    ///
    /// - Parameter network: the network's name, which starts the checks' names.
    public func checks(of layer: LayerMetrics, network: String, deviations: [KnownDeviation]) -> [Check] {
        [("isolated", layer.isolated), ("cumulative", layer.cumulative)].flatMap { mode, agreement in
            all.compactMap { threshold in
                let isMeant = threshold.scope != .outputs || (layer.isOutput && mode == "cumulative")
                guard let agreement, agreement.isHeld(against: threshold.metric), isMeant else { return nil }
                return Check(
                    agreement.value(of: threshold.metric), of: "\(network)/\(layer.layer)/\(mode)",
                    against: threshold, deviations: deviations,
                    grade: mode == "cumulative" ? layer.grade : agreement.grade)
            }
        }
    }
}

extension Agreement {
    /// Whether a limit on a metric applies: limits on the sides' own errors need an oracle's run.
    func isHeld(against metric: Metric) -> Bool {
        switch metric {
        case .candidateBoundRatio, .baselineBoundRatio: candidateError != nil || baselineError != nil
        case .candidateEnvelopeRatio: candidateError?.envelopeRatio != nil
        case .baselineEnvelopeRatio: baselineError?.envelopeRatio != nil
        default: true
        }
    }

    /// The value of a metric; nil if it was not measured.
    func value(of metric: Metric) -> Double? {
        switch metric {
        case .maxAbsDiff: difference.maxAbsDiffOfAll
        case .meanAbsDiff: difference.meanAbsDiff
        case .candidateBoundRatio: candidateError?.boundRatio
        case .baselineBoundRatio: baselineError?.boundRatio
        case .candidateEnvelopeRatio: candidateError?.envelopeRatio
        case .baselineEnvelopeRatio: baselineError?.envelopeRatio
        case .relativeDiff: signal?.relativeDiff
        case .signalToNoise: signal?.signalToNoise
        case .cosine: signal?.cosine
        case .maxUlpDiff: Double(difference.maxUlpDiff)
        case .nonFiniteCount: Double(difference.nonFiniteCount)
        case .lostConstantCount, .notFiniteFrames, .meanIou, .minIou, .detectionAgreement, .falsePositives,
            .topAgreement, .landmarkError, .maskIou, .boxIou, .programValue:
            nil
        }
    }
}
