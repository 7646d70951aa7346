extension String {
    /// The text as one line that a terminal or a page shows and does not obey: control characters, and those that turn
    /// the direction of writing or are not seen, stand as their numbers: `\\u{1B}`.
    ///
    /// Names come from files, and so may hold anything.
    public var shownLine: String {
        unicodeScalars.reduce(into: "") { shown, scalar in
            if scalar.isObeyed {
                shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
    }

    /// The same with lines left apart.
    public var shownLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).shownLine }.joined(separator: "\n")
    }
}

/// Lines as one text, each with what ``Swift/String/shownLine`` leaves of it.
func shown(_ lines: [String]) -> String { lines.map(\.shownLine).joined(separator: "\n") }

extension Unicode.Scalar {
    /// Whether it does something rather than is seen. The joiners are part of how some scripts and emoji are written.
    fileprivate var isObeyed: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: self != "\u{200C}" && self != "\u{200D}"
        default: false
        }
    }
}
