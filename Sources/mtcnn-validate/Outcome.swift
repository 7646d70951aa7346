import Conformance
import Reporting

extension Report {
    /// What a person is told at the end: the verdict, and what did not hold.
    var outcome: String {
        var lines = ["\(Self.name): \(verdict.words)"]
        for check in checks where check.verdict == .doesNotConform {
            lines.append("  \(check.id): \(check.failureMessage) (\(check.origin.rawValue))")
        }
        let shown = 3
        lines += notJudged.prefix(shown).map { "  not judged: \($0)" }
        if notJudged.count > shown { lines.append("  not judged: \(notJudged.count - shown) more") }
        for deviation in deviations where deviation.status == .present {
            let (value, limit) = deviation.figures
            lines.append("  known deviation \(deviation.check): \(value), limit \(limit)")
        }
        for deviation in deviations where deviation.status == .disappeared {
            lines.append("  known deviation \(deviation.check) has disappeared: its entry can go")
        }
        return lines.map(\.shownLine).joined(separator: "\n")
    }
}
