import NetworkGraph
import Tensors
import Testing

@testable import Engines

@Suite struct BFloat16StorageTests {
    typealias A = BFloat16StorageArithmetic

    @Test("Weights and activations have 8 bits; sums have those of float32 until they are stored")
    func storage() throws {
        #expect(A.element(1 + 0x1p-8) == 1 && A.weight(1 + 0x3p-8) == 1 + 0x1p-6)
        // 256 + 1 + 1, of which 8 bits hold each but not the first sum.
        let sum = try ArithmeticName.bf16Storage.apply(
            MatMul(), to: [.float32(Tensor([1, 3], [256, 1, 1])), .float32(Tensor([3, 1], [1, 1, 1]))])
        #expect(sum == .float32(Tensor([1, 1], [258])))
        // 257 lies between 256 and 258: the even one.
        let stored = try ArithmeticName.bf16Storage.apply(
            BinaryArithmetic.add, to: [.float32(Tensor([1], [256])), .float32(Tensor([1], [1]))])
        #expect(stored == .float32(Tensor([1], [256])))
    }

    @Test("It has the range of float32, not that of float16")
    func range() {
        #expect(A.element(1e38).isFinite && A.element(3.4e38).isInfinite)
        #expect(A.element(0x1p-126) == 0x1p-126 && A.element(0x1p-133) == 0x1p-133 && A.element(0x1p-135) == 0)
    }

    @Test("A number too small for a limit of Clip is limited to the largest bfloat16")
    func clip() throws {
        let y = try ArithmeticName.bf16Storage.apply(Clip(), to: [.float32(Tensor([2], [.infinity, -.infinity]))])
        let largest = Float(FloatFormat.bfloat16.largest)
        #expect(y == .float32(Tensor([2], [largest, -largest])))
    }
}
