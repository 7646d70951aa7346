/// A digit or a point, five dots wide and seven high.
struct Glyph {
    static let width = 5
    static let height = 7

    /// The row and the column of each dot that is set.
    let dots: [(row: Int, column: Int)]

    /// - Returns: nil for anything but `0` to `9` and `.`.
    init?(_ character: Character) {
        guard let index = "0123456789.".firstIndex(of: character)?.utf16Offset(in: "0123456789.") else { return nil }
        dots = Self.shapes[index].enumerated().flatMap { row, line in
            line.enumerated().filter { $0.element == "#" }.map { (row: row, column: $0.offset) }
        }
    }

    private static let shapes: [[String]] = [
        [" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "],
        ["  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "],
        [" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"],
        [" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "],
        ["   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "],
        ["#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "],
        ["  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "],
        ["#####", "    #", "   # ", "  #  ", " #   ", " #   ", " #   "],
        [" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "],
        [" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "],
        ["     ", "     ", "     ", "     ", "     ", " ##  ", " ##  "],
    ]
}
