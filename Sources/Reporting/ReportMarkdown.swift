import Conformance

extension Report {
    /// What was not judged, and why.
    var notJudgedLines: [String] { notJudged.flatMap { ["", "Not judged: \($0)."] } }

    /// The listed deviations, and the checks that fail without being listed.
    var deviationLines: [String] {
        var lines = [String]()
        if !deviations.isEmpty {
            lines += ["", "### Known deviations", ""]
            lines += markdownTable(
                ["check", "value", "limit", "accepted up to", "status", "reason"],
                deviations.map { deviation in
                    let (value, limit) = deviation.figures
                    return [
                        deviation.check, value, limit, deviation.bound.short, deviation.status.words, deviation.reason,
                    ]
                })
        }
        let failures = checks.filter { $0.verdict == .doesNotConform }
        if !failures.isEmpty {
            lines += ["", "### Limits that do not hold", ""]
            let isGraded = failures.contains { $0.grade != nil }
            lines += markdownTable(
                ["check", "value", "limit", "origin"] + (isGraded ? ["grade"] : []),
                failures.map { check in
                    let (value, limit) = check.figures
                    return [check.id, value, limit, check.origin.rawValue]
                        + (isGraded ? [check.grade?.rawValue ?? "-"] : [])
                })
        }
        return lines
    }
}

extension DeviationOutcome {
    /// The value and its limit for a person; dashes where the check was not made.
    public var figures: (value: String, limit: String) {
        guard let value, let limit else { return ("-", "-") }
        return toldApart(value, from: limit)
    }
}
