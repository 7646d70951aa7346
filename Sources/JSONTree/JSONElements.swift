extension JSON {
    /// The value of a text that is an object, without the elements of one of its arrays: these are passed on one after
    /// another, so that neither the text nor the tree of a long list is ever in memory.
    ///
    /// - Parameters:
    ///   - parts: gives the text part by part; an empty part is its end.
    ///   - key: of the array, a member of the object itself.
    ///   - take: is called with each element, its text and where that begins, in order.
    /// - Returns: the object, with that array empty; nil if the text is not JSON or no such object, or if `parts` or
    ///   `take` throws. What was taken is then of no use: ``init(parsing:file:)`` says what is wrong.
    package init?(
        parsing parts: @escaping () throws -> [UInt8], takingElementsOf key: String,
        _ take: (_ element: JSON, _ text: [UInt8], _ offset: Int) throws -> Void
    ) {
        var text = PartialText(parts)
        guard let rest = try? text.takeElements(of: key, take), let object = try? JSON(parsing: rest, file: "") else {
            return nil
        }
        self = object
    }
}

/// As much of a text as is needed to find what comes next in it.
private struct PartialText {
    private let next: () throws -> [UInt8]
    /// What has been read and is not done with: its bytes, where these begin in the whole text, and what comes next.
    private var (bytes, offset, position) = ([UInt8](), 0, 0)
    private var isComplete = false

    init(_ parts: @escaping () throws -> [UInt8]) { next = parts }

    /// - Returns: the text without the array's elements; nil if the array is not JSON, or there is none.
    mutating func takeElements(of key: String, _ take: (JSON, [UInt8], Int) throws -> Void) throws -> [UInt8]? {
        guard try find({ tokens, start in tokens.next(from: start)?.elementsEqual("{".utf8) }) == true,
            let opening = try find({ tokens, _ in tokens.array(key)?.endIndex })
        else { return nil }
        let head = Array(bytes[..<opening])
        position = opening
        guard var separator = try find({ tokens, start in tokens.next(from: start)?.startIndex }) else { return nil }
        while bytes[separator] != UInt8(ascii: "]") {
            guard let (element, following) = try find({ $0.element(from: $1) }) else { return nil }
            let text = Array(bytes[element])
            try take(try JSON(parsing: text, file: "", atDepth: 2), text, offset + element.lowerBound)
            (separator, position) = (following, following + 1)
            guard ",]".utf8.contains(bytes[separator]) else { return nil }
        }
        position = separator
        while try readOn() {}
        return head + bytes[position...]
    }

    /// Searches what has been read, from the position on, and reads on until something is found.
    private mutating func find<Found>(_ search: (JSONTokens, Int) -> Found?) throws -> Found? {
        repeat {
            if let found = search(JSONTokens(bytes), position) { return found }
        } while try readOn()
        return nil
    }

    /// - Returns: false at the end.
    private mutating func readOn() throws -> Bool {
        guard !isComplete else { return false }
        bytes.removeFirst(position)
        (offset, position) = (offset + position, 0)
        // Twice as much, so that a long element is not searched again with each part.
        let enough = 2 * bytes.count
        repeat {
            let part = try next()
            isComplete = part.isEmpty
            bytes += part
        } while bytes.count < enough && !isComplete
        return true
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

    /// Where the next element of an array is, and where the token after it begins: an element ends for sure only there.
    fileprivate func element(from offset: Int) -> (element: Range<Int>, separator: Int)? {
        guard let first = next(from: offset), let end = end(ofValueFrom: first), let separator = next(from: end) else {
            return nil
        }
        return (first.startIndex..<end, separator.startIndex)
    }
}
