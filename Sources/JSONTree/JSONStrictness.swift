/// Checks for what RFC 8259 forbids, leaves open or cannot represent, but json-c accepts.
struct JSONStrictness {
    private let tokens: JSONTokens
    private static let escapes = JSONTokens.table("\\")
    /// Letters, and all that follows them: a number without an exponent has none.
    private static let letters = (0...UInt8.max).map { $0 >= UInt8(ascii: "A") }
    /// Strings, words that are no numbers, and the characters between values.
    private static let startsOther = JSONTokens.table("\"[],tfn")

    /// - Parameter text: JSON that json-c accepts.
    init(_ text: [UInt8]) {
        tokens = JSONTokens(text)
    }

    /// The first key that its object has twice, NaN or infinity, or number beyond Int64 or float64, and its place.
    func firstViolation() -> (offset: Int, reason: String)? {
        var keys = [Set<ArraySlice<UInt8>>]()
        var before = ArraySlice<UInt8>()
        var offset = 0
        while let token = tokens.next(from: offset) {
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

    /// A key's string without its quotes, so that two spellings of one key are equal.
    private func withoutEscapes(_ key: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard tokens.length(of: key, before: Self.escapes) < key.count,
            case .string(let text)? = try? JSON(parsing: Array(key), file: "")
        else { return key.dropFirst().dropLast() }
        return Array(text.utf8)[...]
    }

    private func unusableNumber(_ token: ArraySlice<UInt8>) -> String? {
        guard let first = token.first, !Self.startsOther[Int(first)] else { return nil }
        // Without an exponent, and with fewer digits than Int64's largest number, it is neither too large nor a word.
        if token.count < 18, tokens.length(of: token, before: Self.letters) == token.count { return nil }
        let word = String(decoding: token, as: UTF8.self)
        if token.allSatisfy({ "-0123456789".utf8.contains($0) }) {
            return Int64(word) == nil ? "\(word) is beyond the integers of 64 bits" : nil
        }
        return Double(word)?.isFinite == true ? nil : "\(word) is not a finite number"
    }
}
