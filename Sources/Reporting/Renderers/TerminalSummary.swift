import Conformance

/// Renders a document as the last lines of a run on a terminal.
package struct TerminalSummary {
    /// A line, and the verdict that colours it where colours are available.
    package struct Line: Sendable, Equatable {
        package let text: String
        package let verdict: Verdict?

        package init(_ text: String, _ verdict: Verdict? = nil) {
            self.text = text
            self.verdict = verdict
        }
    }

    /// How much to print.
    package enum Extent: Sendable {
        /// Only the verdict.
        case quiet
        /// The essentials, in at most ``mostLines`` lines.
        case brief
        /// Every failure and every known deviation.
        case verbose
    }

    package static let mostLines = 25

    package let lines: [Line]

    /// - Parameter page: the path of the page with the details, if one was written.
    package init(_ document: Document, page: String? = nil, extent: Extent = .brief) {
        let verdict = document.verdict
        var lines = [Line("\(verdict.words): \(document.sentence)".capitalizedFirst, verdict)]
        guard extent != .quiet else {
            self.lines = lines
            return
        }
        lines += [Line(document.next), Line("")]
        for section in document.sections { lines += Self.lines(section, extent) }
        func add(_ title: String, _ texts: [String], _ most: Int, _ verdict: Verdict?) {
            let shown = extent == .verbose ? texts.count : most
            lines += texts.prefix(shown).map { Line("  \(title)\($0)", verdict) }
            if texts.count > shown { lines.append(Line("  \(title)\(texts.count - shown) more")) }
        }
        add("cause: ", document.causes, 3, .doesNotConform)
        add("not judged: ", document.notJudged, 3, .notJudged)
        add("left out: ", document.leftOut, 3, nil)
        add("", document.failures.map { "\($0.id): \($0.failureMessage) (\($0.origin.rawValue))" }, 6, .doesNotConform)
        add("", document.changedDeviations.map(\.change), 3, nil)
        if let page { lines += [Line(""), Line("The page: \(page)")] }
        self.lines = lines
    }

    private static func lines(_ section: Section, _ extent: Extent) -> [Line] {
        let counts = [
            ("check", section.checks.count), ("known deviation", section.count(.conformsWithKnownDeviations)),
            ("failure", section.count(.doesNotConform)),
        ].enumerated().filter { $0.offset == 0 || $0.element.1 > 0 }.map { _, count in
            "\(count.1) \(count.0)\(count.1 == 1 ? "" : "s")"
        }
        let line = Line(
            "\(section.name): \(section.verdict.words) (\(counts.joined(separator: ", ")))", section.verdict)
        guard extent == .verbose else { return [line] }
        return [line]
            + section.deviations.filter { $0.status == .present }.map { deviation in
                let (value, limit) = deviation.figures
                return Line("  known deviation \(deviation.check): \(value), limit \(limit)")
            }
    }
}

extension DeviationOutcome {
    /// The change, in a sentence.
    fileprivate var change: String {
        status == .worse
            ? "known deviation \(check) is worse than listed: \(figures.value), accepted up to \(bound.short)"
            : "known deviation \(check) has disappeared: its entry can go"
    }
}

extension String {
    /// The text with its first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
