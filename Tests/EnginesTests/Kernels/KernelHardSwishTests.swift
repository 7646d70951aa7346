import TestSupport
import Testing
import VectorKernels

@testable import Engines

@Suite struct KernelHardSwishTests {
    /// The kernel's results for a multiple of 16 numbers.
    private func hardSwish(_ numbers: [Float], level: KernelLevel) -> [Float] {
        [Float](unsafeUninitializedCapacity: numbers.count) { results, count in
            numbers.withUnsafeBufferPointer { numbers in
                var elements = vk_elements()
                elements.function = .hard_swish
                elements.a = numbers.baseAddress
                elements.a_stride = Int(vk_channel_block)
                elements.results = results.baseAddress
                vk_compute_elements(level.kernelLevel, &elements, numbers.count / Int(vk_channel_block))
            }
            count = numbers.count
        }
    }

    @Test("HardSwish is that of float64, each step rounded once, to the bit", arguments: KernelLevel.supported)
    func bits(level: KernelLevel) {
        var random = RandomNumbers(seed: 11)
        // Just above -3 almost all of the sum cancels, so that an error in the last place of x / 6 shows.
        let cancelling = (1...32_768).map { Float(bitPattern: Float(-3).bitPattern - UInt32($0)) }
        let any = (0..<32_768).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
        let ends: [Float] = [
            .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
            -.leastNonzeroMagnitude, 0, -0.0, 3, -3, Float(3).nextDown, Float(3).nextUp, Float(-3).nextDown, 1, -1,
        ]
        let numbers = cancelling + any + ends
        let wrong = zip(numbers, hardSwish(numbers, level: level)).filter { number, result in
            let x = Double(number)
            let expected = Float(x * max(0, min(1, x / 6 + 0.5)))
            return result.bitPattern != expected.bitPattern && !(result.isNaN && expected.isNaN)
        }
        #expect(wrong.isEmpty)
    }
}
