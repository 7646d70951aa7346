/// The top-level fields of a protobuf message, as far as they can be parsed.
struct ProtobufFields {
    private(set) var fields = [(number: Int, isVarint: Bool, content: Range<Int>)]()

    /// - Parameter limit: the most fields to parse.
    init(_ bytes: [UInt8], atMost limit: Int = 10_000) {
        var position = 0
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard position < bytes.count else { return nil }
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        while position < bytes.count, fields.count < limit {
            guard let key = varint(), key >> 3 > 0, key >> 3 < 1 << 29 else { return }
            let number = Int(key >> 3)
            switch key & 7 {
            case 0:
                let start = position
                guard varint() != nil else { return }
                fields.append((number, true, start..<position))
            case 1, 5:
                let end = position + (key & 7 == 1 ? 8 : 4)
                guard end <= bytes.count else { return }
                fields.append((number, false, position..<end))
                position = end
            case 2:
                guard let length = varint() else { return }
                let end = position + Int(clamping: min(length, UInt64(Int32.max)))
                fields.append((number, false, position..<min(end, bytes.count)))
                position = end
            default: return
            }
        }
    }
}
