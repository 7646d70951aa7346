/// The lines of a table in GitHub's Markdown.
///
/// - Parameter rows: each with a cell for every column.
public func markdownTable(_ columns: [String], _ rows: [[String]]) -> [String] {
    func line(_ cells: [String]) -> String {
        "| " + cells.map { $0.shownLine.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    return [line(columns), "|" + String(repeating: "---|", count: columns.count)] + rows.map(line)
}
