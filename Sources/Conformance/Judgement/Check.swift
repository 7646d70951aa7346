/// One value compared with one limit.
public struct Check: Sendable, Codable, Equatable {
    /// `squeezenet/conv1/isolated/max_abs_diff`
    public let id: String
    /// Nil if a required measurement is missing: the check is then not judged.
    public let value: Double?
    public let direction: Threshold.Direction
    public let limit: Double
    public let origin: Threshold.Origin
    public private(set) var verdict: Verdict
    /// The known deviation that explains a failure here, if any.
    public private(set) var knownDeviation: String?
    /// Whether rounding explains the measured value; nil if that was not asked.
    public let grade: RoundingGrade?

    /// - Parameter deviations: the list of known deviations; empty to judge strictly.
    public init(
        _ value: Double?, of subject: String, against threshold: Threshold, deviations: [KnownDeviation],
        grade: RoundingGrade? = nil
    ) {
        self.grade = grade
        id = "\(subject)/\(threshold.metric.rawValue)"
        self.value = value
        direction = threshold.direction
        limit = threshold.limit
        origin = threshold.origin
        guard let value else {
            verdict = .notJudged
            return
        }
        verdict = threshold.holds(for: value) ? .conforms : .doesNotConform
        if verdict == .doesNotConform, let known = deviations.first(where: { $0.check == id }),
            !threshold.isWorse(value, than: known.bound)
        {
            verdict = .conformsWithKnownDeviations
            knownDeviation = known.reason
        }
    }
}

/// A known failure of a limit: how far the limit is exceeded, and why that is right.
///
/// A listed deviation that gets worse fails; one that disappears is reported.
public struct KnownDeviation: Sendable, Codable, Equatable {
    /// The check's ``Check/id``, after its report's name: `squeezenet/conv1/isolated/max_abs_diff`.
    public let check: String
    /// The worst accepted value.
    public let bound: Double
    public let reason: String
    /// The SHA-256 of the model that it applies to; nil for any model of that network.
    public let model: String?

    public init(check: String, bound: Double, reason: String, model: String? = nil) {
        self.model = model
        self.check = check
        self.bound = bound
        self.reason = reason
    }
}

/// What became of a listed deviation.
public struct DeviationOutcome: Sendable, Codable, Equatable {
    public enum Status: String, Sendable, Codable {
        /// The limit fails, within the bound.
        case present
        /// The limit fails, and the bound is exceeded.
        case worse
        /// The limit holds: the entry can be removed.
        case disappeared
        /// This run made no such check.
        case notChecked = "not_checked"
    }

    public let check: String
    public let status: Status
    public let value: Double?
    public let limit: Double?
    public let bound: Double
    public let reason: String
    /// The SHA-256 of the model that it applies to; nil for any model of that network.
    public let model: String?

    public init(_ deviation: KnownDeviation, among checks: [Check]) {
        model = deviation.model
        let found = checks.first { $0.id == deviation.check }
        check = deviation.check
        value = found?.value
        limit = found?.limit
        bound = deviation.bound
        reason = deviation.reason
        status =
            switch found?.verdict {
            case nil, .notJudged: .notChecked
            case .conforms: .disappeared
            case .conformsWithKnownDeviations: .present
            case .doesNotConform: .worse
            }
    }
}

extension [KnownDeviation] {
    /// The deviations for one model, with those for any model.
    ///
    /// - Parameter sha256: nil for checks that concern no single model; only deviations for any model apply to these.
    public func about(_ sha256: String?) -> [KnownDeviation] { filter { $0.model == nil || $0.model == sha256 } }

    /// What became of each deviation.
    ///
    /// - Parameter models: the prefix of each network's check names, such as `squeezenet/`, and its model's SHA-256.
    public func outcomes(
        among checks: [Check], of models: [(namePart: String, sha256: String)]
    ) -> [DeviationOutcome] {
        map { deviation in
            let isAbout = models.contains { $0.sha256 == deviation.model && deviation.check.contains($0.namePart) }
            return DeviationOutcome(deviation, among: deviation.model == nil || isAbout ? checks : [])
        }
    }
}
