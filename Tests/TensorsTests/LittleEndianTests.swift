import Tensors
import Testing

@Suite struct LittleEndianTests {
    @Test("The lowest byte comes first, and the sign with the last")
    func integers() {
        #expect(UInt32(0x0102_0304).littleEndianBytes == [4, 3, 2, 1])
        #expect(UInt32(littleEndianBytes: [4, 3, 2, 1]) == 0x0102_0304)
        #expect(Int16(littleEndianBytes: [0xFE, 0xFF]) == -2)
        #expect(UInt64(littleEndianBytes: [0, 0, 0, 0, 0, 0, 0, 0x80]) == 1 << 63)
    }

    @Test("Bytes that are no whole number of integers, or another number of them, give nothing")
    func arrays() {
        let bytes = [UInt8](littleEndian: [Int16(1), -1, .min])
        #expect(bytes == [1, 0, 0xFF, 0xFF, 0, 0x80])
        // Where the bytes lie in a slice makes no difference.
        #expect([Int16](3, littleEndianBytes: ([9] + bytes)[1...]) == [1, -1, .min])
        #expect([Int16](2, littleEndianBytes: bytes) == nil)
        #expect([Int16](3, littleEndianBytes: bytes.dropLast()) == nil)
        #expect([Int16](.max, littleEndianBytes: bytes) == nil)
    }
}
