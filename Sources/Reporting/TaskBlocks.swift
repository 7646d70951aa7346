import Conformance

extension [TaskOutcome] {
    /// A network's result for each requested task metric.
    func blocks(of network: String) -> [Block] {
        guard !isEmpty else { return [] }
        let rows = map { outcome -> [Phrase] in
            let limit = outcome.check.map { check in
                "\(check.direction == .atMost ? "at most" : "at least") \(Optional(check.limit).long)"
            }
            let words = TaskMetric(outcome.task)?.words ?? "printed by the program"
            return [
                Phrase([.code(outcome.task)]), Phrase(words), Phrase(outcome.value.long), "\(outcome.count)",
                Phrase(limit ?? "none"),
            ] + [outcome.check.map { "\($0.verdict)" } ?? "measured, not limited"]
        }
        return [
            .heading("\(network): what the answers are for"),
            .table(Table(["task", "measures", "value", "of", "limit", "verdict"], rows)),
        ]
    }
}
