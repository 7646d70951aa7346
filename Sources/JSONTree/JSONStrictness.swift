/// Checks for what RFC 8259 forbids, leaves open or cannot represent, but json-c accepts.
struct JSONStrictness {
    private let text: [UInt8]

    /// - Parameter text: JSON that json-c accepts.
    init(_ text: [UInt8]) {
        self.text = text
    }

    /// The first key that its object has twice, NaN or infinity, or number beyond Int64 or float64, and its place.
    func firstViolation() -> (offset: Int, reason: String)? {
        var keys = [Set<ArraySlice<UInt8>>]()
        var before = text[0..<0]
        var offset = 0
        while let token = nextToken(from: offset) {
            switch token.first {
            case UInt8(ascii: "{"): keys.append([])
            case UInt8(ascii: "}"): _ = keys.popLast()
            case UInt8(ascii: ":"):
                if let top = keys.indices.last, !keys[top].insert(withoutEscapes(before)).inserted {
                    return (before.startIndex, "an object has the key \(String(decoding: before, as: UTF8.self)) twice")
                }
            default:
                if let reason = unusableNumber(token) { return (token.startIndex, reason) }
            }
            before = token
            offset = token.endIndex
        }
        return nil
    }

    /// A string with its quotes, a number or a word, or one of the characters between them.
    private func nextToken(from offset: Int) -> ArraySlice<UInt8>? {
        guard let start = text[offset...].firstIndex(where: { !" \t\r\n\0".utf8.contains($0) }) else { return nil }
        var end = start + 1
        if text[start] == UInt8(ascii: "\"") {
            while end < text.count, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
            end = min(end + 1, text.count)
        } else if !"{}[]:,".utf8.contains(text[start]) {
            end = text[end...].firstIndex { "{}[]:, \t\r\n".utf8.contains($0) } ?? text.count
        }
        return text[start..<end]
    }

    /// A key's string without its quotes, so that two spellings of one key are equal.
    private func withoutEscapes(_ key: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard key.contains(UInt8(ascii: "\\")), case .string(let text)? = try? JSON(parsing: Array(key), file: "")
        else { return key.dropFirst().dropLast() }
        return Array(text.utf8)[...]
    }

    private func unusableNumber(_ token: ArraySlice<UInt8>) -> String? {
        guard let first = token.first, first == UInt8(ascii: "-") || !"\"[],tfn".utf8.contains(first) else {
            return nil
        }
        let word = String(decoding: token, as: UTF8.self)
        if token.allSatisfy({ "-0123456789".utf8.contains($0) }) {
            return Int64(word) == nil ? "\(word) is beyond the integers of 64 bits" : nil
        }
        return Double(word)?.isFinite == true ? nil : "\(word) is not a finite number"
    }
}
