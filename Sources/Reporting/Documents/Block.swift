/// A part of a document, as data: renderers make Markdown, HTML or lines for a terminal of it.
public indirect enum Block: Sendable, Equatable {
    /// The heading of a document of blocks alone.
    case title(Phrase)
    /// A heading below that of the section.
    case heading(Phrase)
    case paragraph(Phrase)
    case list([Phrase])
    case table(Table)
    /// Lines to be copied as they stand.
    case code([String])
    /// What is opened by those who want it. Its title is a heading where nothing folds.
    case folded(Phrase, [Block])
    /// A picture, and the text that says what it shows; renderers of text show that alone.
    case figure(Figure, text: [Block] = [])
}

/// A table, each of whose rows has a cell for every column.
public struct Table: Sendable, Equatable {
    public let columns: [String]
    public let rows: [[Phrase]]

    public init(_ columns: [String], _ rows: [[Phrase]]) {
        self.columns = columns
        self.rows = rows
    }
}

extension [String] {
    /// The strings as cells.
    var cells: [Phrase] { map { Phrase($0) } }
}
