extension JSON {
    /// The value of a text that is an object, without the elements of one of its arrays: these are passed on one after
    /// another, so that the tree of a long list is never in memory.
    ///
    /// - Parameters:
    ///   - key: of the array, a member of the object itself.
    ///   - take: is called with each element, in order.
    /// - Returns: the object, with that array empty; nil if the text is not JSON or no such object, or if `take` throws.
    ///   What was taken is then of no use: ``init(parsing:file:)`` says what is wrong.
    package init?(parsing text: [UInt8], takingElementsOf key: String, _ take: (JSON) throws -> Void) {
        let tokens = JSONTokens(text)
        guard var token = tokens.array(key) else { return nil }
        let start = token.endIndex
        var end = start
        while let first = tokens.next(from: token.endIndex) {
            if first.elementsEqual("]".utf8), end == start {
                end = first.startIndex
                break
            }
            guard let last = tokens.end(ofValueFrom: first),
                let element = try? JSON(parsing: Array(text[first.startIndex..<last]), file: "", atDepth: 2),
                (try? take(element)) != nil, let separator = tokens.next(from: last)
            else { return nil }
            token = separator
            end = separator.startIndex
            if separator.elementsEqual("]".utf8) { break }
            guard separator.elementsEqual(",".utf8) else { return nil }
        }
        guard end < text.count, text[end] == UInt8(ascii: "]"),
            let rest = try? JSON(parsing: Array(text[..<start] + text[end...]), file: "")
        else { return nil }
        self = rest
    }
}

extension JSONTokens {
    /// The bracket that opens an array of the outermost object.
    fileprivate func array(_ key: String) -> ArraySlice<UInt8>? {
        guard var token = next(from: 0), token.elementsEqual("{".utf8) else { return nil }
        let name = Array("\"\(key)\"".utf8)
        var depth = 1
        while depth > 0, let following = next(from: token.endIndex) {
            token = following
            depth += token.nesting
            if depth == 1, token.elementsEqual(name), let colon = next(from: token.endIndex),
                colon.elementsEqual(":".utf8), let bracket = next(from: colon.endIndex),
                bracket.elementsEqual("[".utf8)
            {
                return bracket
            }
        }
        return nil
    }
}
