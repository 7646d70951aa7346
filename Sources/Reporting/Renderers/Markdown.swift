import Conformance

/// Renders documents as GitHub's Markdown.
package struct Markdown {
    /// Whether to fold long parts, as pages do. A terminal shows them under headings.
    let folds: Bool

    package init(folds: Bool) { self.folds = folds }

    // MARK: - Documents

    /// The whole document.
    package func text(_ document: Document) -> String {
        shown(firstScreen(document) + document.sections.flatMap { [""] + lines($0) }) + "\n"
    }

    /// The essentials: the verdict, the causes, what was not judged, what fails.
    package func firstScreenText(_ document: Document) -> String { shown(firstScreen(document)) + "\n" }

    package func text(_ section: Section) -> String { shown(lines(section)) + "\n" }

    package func text(_ blocks: [Block]) -> String { shown(lines(blocks)) }

    private func firstScreen(_ document: Document) -> [String] {
        let limit = 10
        var blocks: [Block] = [.paragraph("\(document.sentence) \(document.next)"), .table(document.tally)]
        func add(_ title: Phrase, _ lines: [String]) {
            guard !lines.isEmpty else { return }
            blocks += [.heading(title), .list(lines.prefix(limit).map { Phrase($0) })]
            if let more = lines.count.more(than: limit, "named") { blocks.append(.paragraph(Phrase(more))) }
        }
        add("Causes", document.causes)
        add("Not judged", document.notJudged)
        add("Left out", document.leftOut)
        let failures = document.failures
        if !failures.isEmpty {
            let shown = Array(failures.prefix(limit))
            blocks += [.heading("What fails"), .table(Table(failures: shown))]
            if let more = failures.count.more(than: limit, "listed") { blocks.append(.paragraph(Phrase(more))) }
            blocks.append(shown.meanings)
        }
        add(
            "Known deviations that changed",
            document.changedDeviations.map { "\($0.check): \($0.status.words), value \($0.figures.value)" })
        return ["# Conformance: \(document.verdict.words)", ""] + lines(blocks)
    }

    // MARK: - Parts

    private func lines(_ section: Section) -> [String] {
        ["## \(section.title): \(section.verdict.words)", ""] + lines(section.blocks)
    }

    private func lines(_ blocks: [Block]) -> [String] {
        let parts = blocks.map(lines).filter { !$0.isEmpty }
        return Array(parts.joined(separator: [""]))
    }

    private func lines(_ block: Block) -> [String] {
        switch block {
        case .title(let title): ["## \(text(title))"]
        case .heading(let title): ["### \(text(title))"]
        case .paragraph(let phrase): [text(phrase)]
        case .list(let items): items.map { "- \(text($0))" }
        case .table(let table): lines(table)
        case .code(let lines): lines.map { "    \($0)" }
        case .folded(_, let blocks) where lines(blocks).isEmpty: []
        case .folded(let title, let blocks):
            folds
                ? ["<details><summary>\(markup(title.text))</summary>", ""] + lines(blocks) + ["", "</details>"]
                : ["### \(text(title))", ""] + lines(blocks)
        case .figure(_, let text): lines(text)
        }
    }

    private func lines(_ table: Table) -> [String] {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.shownLine.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        return [line(table.columns), "|" + String(repeating: "---|", count: table.columns.count)]
            + table.rows.map { line($0.map(text)) }
    }

    private func text(_ phrase: Phrase) -> String {
        phrase.spans.map { span in
            switch span {
            case .plain, .verdict: span.text
            case .strong(let text): "**\(text)**"
            case .emphasis(let text): "*\(text)*"
            case .code(let text): "`\(text)`"
            }
        }.joined()
    }

    /// The text within HTML.
    private func markup(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
