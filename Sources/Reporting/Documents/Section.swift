import Conformance

/// One report's results, for readers and CI systems.
package struct Section: Sendable, Equatable {
    /// The report's name: `fp32_vs_onnx`.
    package let name: String
    /// The two things compared.
    package let title: String
    package let verdict: Verdict
    package let checks: [Check]
    package let deviations: [DeviationOutcome]
    /// The faults found, one sentence each.
    package let causes: [String]
    /// Why all or part of the report could not be judged.
    package let notJudged: [String]
    /// What a reader should look at first, if anything.
    package let firstFault: String?
    package let blocks: [Block]

    /// - Parameter blocks: what precedes the deviations and the failed limits.
    init(_ report: some Report, title: String, firstFault: String? = nil, blocks: [Block]) {
        name = type(of: report).name
        self.title = title
        verdict = report.verdict
        checks = report.checks
        deviations = report.deviations
        causes = report.causes
        notJudged = report.notJudged
        self.firstFault = firstFault
        self.blocks = blocks + report.deviationBlocks
    }

    /// What belongs to no report.
    init(name: String, title: String, checks: [Check], blocks: [Block]) {
        self.name = name
        self.title = title
        verdict = Verdict(combining: checks.map(\.verdict))
        self.checks = checks
        self.blocks = blocks
        (deviations, causes, notJudged, firstFault) = ([], [], [], nil)
    }

    /// The number of checks for each verdict.
    package func count(_ verdict: Verdict) -> Int { checks.count { $0.verdict == verdict } }
}

extension Report {
    /// The listed deviations, and the failing checks that are not listed.
    fileprivate var deviationBlocks: [Block] {
        var blocks = [Block]()
        if !deviations.isEmpty {
            let table = Table(
                ["check", "value", "limit", "accepted up to", "status", "reason"],
                deviations.map { deviation in
                    let (value, limit) = deviation.figures
                    return [
                        deviation.check, value, limit, deviation.bound.short, deviation.status.words, deviation.reason,
                    ].cells
                })
            blocks.append(.folded("Known deviations", [.table(table)]))
        }
        let failures = checks.filter { $0.verdict == .doesNotConform }
        if !failures.isEmpty {
            blocks.append(.folded("Limits that do not hold", [.table(Table(failures: failures))]))
        }
        return blocks
    }
}

extension Table {
    /// Checks with their limits.
    init(failures: [Check]) {
        let isGraded = failures.contains { $0.grade != nil }
        self.init(
            ["check", "value", "limit", "origin"] + (isGraded ? ["grade"] : []),
            failures.map { check in
                let (value, limit) = check.figures
                let grade = isGraded ? [check.grade?.rawValue ?? "-"] : []
                return ([check.id, value, limit, check.origin.rawValue] + grade).cells
            })
    }
}

extension DeviationOutcome {
    /// The value and its limit as text; dashes if the check was not made.
    package var figures: (value: String, limit: String) {
        guard let value, let limit else { return ("-", "-") }
        return toldApart(value, from: limit)
    }
}
