/// The tokens of a JSON text: strings with their quotes, numbers, words, and the characters that hold values together.
struct JSONTokens {
    let text: [UInt8]
    /// For each byte, whether it lies between tokens, and whether it ends a number or a word.
    private let isSpace = Self.isSpace
    private let endsWord = Self.endsWord

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// The first token at an offset or after it; nil at the end.
    func next(from offset: Int) -> ArraySlice<UInt8>? {
        // Loops over names of its own rather than closures or properties, which take most of a debug build's time to
        // read a report.
        let (text, isSpace, endsWord) = (text, isSpace, endsWord)
        let count = text.count
        var start = offset
        while start < count, isSpace[Int(text[start])] { start += 1 }
        guard start < count else { return nil }
        var end = start + 1
        if text[start] == UInt8(ascii: "\"") {
            while end < count, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
            end = min(end + 1, count)
        } else if !endsWord[Int(text[start])] {
            while end < count, !endsWord[Int(text[end])] { end += 1 }
        }
        return text[start..<end]
    }

    /// How many bytes of a token come before the first of some.
    func length(of token: ArraySlice<UInt8>, before others: [Bool]) -> Int {
        let (text, end) = (text, token.endIndex)
        var place = token.startIndex
        while place < end, !others[Int(text[place])] { place += 1 }
        return place - token.startIndex
    }

    /// Where a value ends whose first token this is; nil if its brackets are not closed. Brackets of both kinds count
    /// alike: whoever parses the value finds the wrong ones.
    func end(ofValueFrom first: ArraySlice<UInt8>) -> Int? {
        var (depth, token) = (first.nesting, first)
        while depth > 0 {
            guard let following = next(from: token.endIndex) else { return nil }
            token = following
            depth += token.nesting
        }
        return depth == 0 ? token.endIndex : nil
    }

    private static let isSpace = table(" \t\r\n\0")
    private static let endsWord = table("{}[]:, \t\r\n")

    /// For each byte, whether it is one of these.
    static func table(_ bytes: String) -> [Bool] {
        let bytes = Set(bytes.utf8)
        return (0...UInt8.max).map(bytes.contains)
    }
}

extension ArraySlice<UInt8> {
    /// By how much a token changes the depth of nesting.
    var nesting: Int {
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): -1
        default: 0
        }
    }
}
