/// The quantity that a limit applies to, under the name used in reports and lists of deviations. Reports with unknown
/// names are refused.
public enum Metric: String, Sendable, Codable, CaseIterable {
    case maxAbsDiff = "max_abs_diff"
    case meanAbsDiff = "mean_abs_diff"
    case candidateBoundRatio = "candidate_bound_ratio"
    case baselineBoundRatio = "baseline_bound_ratio"
    case candidateEnvelopeRatio = "candidate_envelope_ratio"
    case baselineEnvelopeRatio = "baseline_envelope_ratio"
    /// ``SignalAgreement/relativeDiff``
    case relativeDiff = "relative_diff"
    /// ``SignalAgreement/signalToNoise``
    case signalToNoise = "signal_to_noise"
    /// ``SignalAgreement/cosine``
    case cosine
    /// ``Difference/maxUlpDiff``
    case maxUlpDiff = "max_ulp_diff"
    case nonFiniteCount = "non_finite_count"
    case lostConstantCount = "lost_constant_count"
    case notFiniteFrames = "not_finite_frames"
    case meanIou = "mean_iou"
    case minIou = "min_iou"
    case detectionAgreement = "detection_agreement"
    case falsePositives = "false_positives"
    /// ``TaskMetric/Kind/top(_:)``
    case topAgreement = "top_agreement"
    /// ``TaskMetric/Kind/landmarks(_:)``
    case landmarkError = "landmark_error"
    /// ``TaskMetric/Kind/maskIou``
    case maskIou = "mask_iou"
    /// ``TaskMetric/Kind/boxes``
    case boxIou = "box_iou"
    /// ``TaskProgram``
    case programValue = "program_value"

    /// - Throws: `DecodingError` for an unknown name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let metric = Metric(rawValue: name) else {
            let known = Metric.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "unknown metric \(name); known metrics are \(known)")
        }
        self = metric
    }
}
