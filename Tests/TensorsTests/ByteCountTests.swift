import Tensors
import Testing

@Suite struct ByteCountTests {
    @Test(
        "A number of bytes is read with and without a unit",
        arguments: [
            ("1000", 1000), ("4GiB", 4 << 30), ("500MB", 500_000_000), ("1.5 kib", 1536), ("7b", 7),
            ("2TB", 2 * 1_000_000_000_000),
        ])
    func units(_ text: String, _ bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(
        "What is no number of bytes is none",
        arguments: ["", "GiB", "-1", "0", "0x10", "1e3", "nan", "inf", "99999999999TiB", "4 Gi B", "1..5", "1,5MB"])
    func refused(_ text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test("A sum or a product of sizes stops at the largest number")
    func saturation() {
        #expect((1 << 62).saturatingProduct(3) == .max && 5.saturatingProduct(7) == 35)
        #expect([1 << 62, 1 << 62, 1].saturatingSum == .max && [1, 2, 3].saturatingSum == 6)
    }
}
