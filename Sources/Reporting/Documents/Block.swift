/// A part of a document, as data: renderers turn it into Markdown, HTML or terminal lines.
package indirect enum Block: Sendable, Equatable {
    /// The heading of a document that consists only of blocks.
    case title(Phrase)
    /// A heading below the section's own.
    case heading(Phrase)
    case paragraph(Phrase)
    case list([Phrase])
    case table(Table)
    /// Lines to copy as they are.
    case code([String])
    /// Details to unfold on demand. Renderers without folding show the title as a heading.
    case folded(Phrase, [Block])
    /// A figure, and a text that says what it shows; text renderers show only that.
    case figure(Figure, text: [Block] = [])
}

/// A table in which every row has a cell for each column.
package struct Table: Sendable, Equatable {
    package let columns: [String]
    package let rows: [[Phrase]]

    package init(_ columns: [String], _ rows: [[Phrase]]) {
        self.columns = columns
        self.rows = rows
    }
}

extension [String] {
    /// The strings as cells.
    var cells: [Phrase] { map { Phrase($0) } }
}
