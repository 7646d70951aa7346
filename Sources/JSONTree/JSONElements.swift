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
        guard let opening = tokens.array(key), let closing = tokens.takeElements(after: opening, take),
            let rest = try? JSON(parsing: Array(text[..<opening.endIndex] + text[closing.startIndex...]), file: "")
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

    /// - Returns: the bracket that closes the array; nil if the array is not JSON, or if `take` throws.
    fileprivate func takeElements(
        after opening: ArraySlice<UInt8>, _ take: (JSON) throws -> Void
    ) -> ArraySlice<UInt8>? {
        guard var first = next(from: opening.endIndex) else { return nil }
        if first.elementsEqual("]".utf8) { return first }
        while let end = end(ofValueFrom: first),
            let element = try? JSON(parsing: Array(text[first.startIndex..<end]), file: "", atDepth: 2),
            (try? take(element)) != nil, let separator = next(from: end)
        {
            if separator.elementsEqual("]".utf8) { return separator }
            guard separator.elementsEqual(",".utf8), let following = next(from: separator.endIndex) else { return nil }
            first = following
        }
        return nil
    }
}
