import Conformance

/// Renders failures and unjudged items as GitHub Actions commands, which GitHub shows beside a change:
/// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
package struct GitHubAnnotations {
    /// One for each cause, failure and unjudged item; GitHub shows ten of a kind for each step.
    package let lines: [String]

    package init(_ document: Document) {
        let most = 10
        let errors =
            document.causes.map { ("Cause", $0) } + document.failures.map { ($0.id, $0.failureMessage) }
        lines =
            errors.prefix(most).map { Self.command("error", title: $0.0, $0.1) }
            + document.notJudged.prefix(most).map { Self.command("warning", title: "Not judged", $0) }
    }

    private static func command(_ kind: String, title: String, _ message: String) -> String {
        let title = escaped(title).replacing(":", with: "%3A").replacing(",", with: "%2C")
        return "::\(kind) title=\(title)::\(escaped(message))"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }
}
