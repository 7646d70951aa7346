/// Choices taken from a fuzzer's bytes, one after the other. When they are used up, numbers follow that depend on the
/// bytes alone (a linear congruential generator, Knuth, The Art of Computer Programming 2, 3.3.4).
struct ByteSource: RandomNumberGenerator {
    private var bytes: ArraySlice<UInt8>
    private var state: UInt64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
        state = bytes.reduce(1) { state, byte in (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    mutating func byte() -> UInt8 {
        if let byte = bytes.popFirst() { return byte }
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(state >> 56)
    }

    mutating func next() -> UInt64 { (0..<8).reduce(0) { number, _ in number << 8 | UInt64(byte()) } }

    /// A number of a range, from one byte.
    mutating func choose(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(byte()) % range.count }

    mutating func choose<Choice>(_ choices: [Choice]) -> Choice { choices[Int(byte()) % choices.count] }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// A float of ordinary size or, rarely, a special one.
    mutating func float() -> Float {
        let byte = byte()
        switch byte {
        case 255: return .infinity
        case 254: return .nan
        case 253: return -0.0
        case 252: return 65504
        case 251: return 0x1p-24
        case 250: return -0x1p-140
        default: return (Float(byte) - 125) / 64 + Float(self.byte()) / 65536
        }
    }
}
