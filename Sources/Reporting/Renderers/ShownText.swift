extension String {
    /// The text as one line that a terminal or a page displays and does not execute: control characters, direction
    /// marks and invisible characters are replaced by their code points: `\\u{1B}`.
    ///
    /// Names come from files, so they may contain anything.
    package var shownLine: String {
        unicodeScalars.reduce(into: "") { shown, scalar in
            if scalar.isObeyed {
                shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
    }

    /// The same, with line breaks kept.
    package var shownLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).shownLine }.joined(separator: "\n")
    }
}

/// Lines as one text, each as ``Swift/String/shownLine``.
func shown(_ lines: [String]) -> String { lines.map(\.shownLine).joined(separator: "\n") }

extension Unicode.Scalar {
    /// Whether it acts instead of being visible. Joiners are kept: some scripts and emoji need them.
    fileprivate var isObeyed: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: self != "\u{200C}" && self != "\u{200D}"
        default: false
        }
    }
}
