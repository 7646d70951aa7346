/// One value held against one limit.
public struct Check: Sendable, Codable, Equatable {
    /// `squeezenet/conv1/isolated/max_abs_diff`
    public let id: String
    /// Nil for what was to be measured and was not: that is not judged.
    public let value: Double?
    public let direction: Threshold.Direction
    public let limit: Double
    public let origin: Threshold.Origin
    public private(set) var verdict: Verdict
    /// Why the limit is known not to hold here, if it is.
    public private(set) var knownDeviation: String?
    /// Whether rounding explains what was measured; nil where that was not asked.
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

/// A limit that is known not to hold somewhere, how far it fails there, and why that is right.
///
/// A listed deviation that gets worse fails; one that disappears is reported.
public struct KnownDeviation: Sendable, Codable, Equatable {
    /// The check's ``Check/id``, behind the name of its report: `squeezenet/conv1/isolated/max_abs_diff`.
    public let check: String
    /// The worst value that is accepted.
    public let bound: Double
    public let reason: String
    /// The SHA-256 of the model that it is about; nil for any of the network's name.
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
        /// The limit fails beyond the bound.
        case worse
        /// The limit holds: the entry can go.
        case disappeared
        /// No such check was made in this run.
        case notChecked = "not_checked"
    }

    public let check: String
    public let status: Status
    public let value: Double?
    public let limit: Double?
    public let bound: Double
    public let reason: String
    /// The SHA-256 of the model that it is about; nil for any of the network's name.
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
    /// Those that are about a model, or about any.
    ///
    /// - Parameter sha256: nil for checks that are of no one model, to which only those about any apply.
    public func about(_ sha256: String?) -> [KnownDeviation] { filter { $0.model == nil || $0.model == sha256 } }

    /// What became of each.
    ///
    /// - Parameter models: what each network's checks' names hold, and its model's SHA-256: `squeezenet/`.
    public func outcomes(
        among checks: [Check], of models: [(namePart: String, sha256: String)]
    ) -> [DeviationOutcome] {
        map { deviation in
            let isAbout = models.contains { $0.sha256 == deviation.model && deviation.check.contains($0.namePart) }
            return DeviationOutcome(deviation, among: deviation.model == nil || isAbout ? checks : [])
        }
    }
}
