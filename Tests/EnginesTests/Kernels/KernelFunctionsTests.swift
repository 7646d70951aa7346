import TestSupport
import Testing
import VectorKernels

@testable import Engines

/// Functions of single numbers by kernel.
@Suite struct KernelFunctionsTests {
    /// The kernel's results for a multiple of 16 numbers, or for the first 16 again and again if the stride is 0.
    ///
    /// - Parameters:
    ///   - others: the function's other numbers.
    ///   - channels: how many of each 16 numbers are asked for.
    private func results(
        of function: vk_function, _ numbers: [Float], _ others: [Float] = [], level: KernelLevel,
        stride: Int = channelsPerBlock, channels: Int = channelsPerBlock
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: numbers.count) { results, count in
            numbers.withUnsafeBufferPointer { numbers in
                others.withUnsafeBufferPointer { others in
                    var elements = vk_elements()
                    elements.function = function
                    elements.alpha = 0.2
                    elements.beta = 0.5
                    elements.a = numbers.baseAddress
                    elements.a_stride = stride
                    elements.b = others.baseAddress
                    elements.results = results.baseAddress
                    elements.channel_count = channels
                    elements.row_count = 1
                    elements.pixel_count = numbers.count / channelsPerBlock
                    vk_compute_elements(level.kernelLevel, &elements)
                }
            }
            count = numbers.count
        }
    }

    private let ends: [Float] = [
        .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
        -.leastNonzeroMagnitude, 0, -0.0, 3, -3, Float(3).nextDown, Float(3).nextUp, Float(-3).nextDown, 1, -1,
    ]

    private let any: [Float] = {
        var random = RandomNumbers(seed: 11)
        return (0..<32_768).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    }()

    /// How many results have other bits than expected; any NaN is as good as another.
    private func countDifferent(_ results: [Float], _ expected: [Float]) -> Int {
        zip(results, expected).count { $0.bitPattern != $1.bitPattern && !($0.isNaN && $1.isNaN) }
    }

    @Test("HardSwish is that of float64, each step rounded once, to the bit", arguments: KernelLevel.supported)
    func hardSwish(level: KernelLevel) {
        // Just above -3 almost all of the sum cancels, so that an error in the last place of x / 6 shows.
        let cancelling = (1...32_768).map { Float(bitPattern: Float(-3).bitPattern - UInt32($0)) }
        let numbers = cancelling + any + ends
        let expected = numbers.map { Double($0) }.map { Float($0 * max(0, min(1, $0 / 6 + 0.5))) }
        #expect(countDifferent(results(of: .hard_swish, numbers, level: level), expected) == 0)
    }

    @Test("Sigmoid takes its power from float64, rounded to float32, to the bit", arguments: KernelLevel.supported)
    func sigmoid(level: KernelLevel) {
        // Float32's powers of e are infinite above 88.7, subnormal below -87.3, and 0 below -103.9; the kernel limits
        // their arguments to 150.
        let large = (0..<32_768).map { Float($0 - 16_384) / 100 }
        let limits: [Float] = [150, Float(150).nextUp, Float(150).nextDown, 151, 700, 710, 746, 1000]
        let numbers = large + any + ends + limits + limits.map { -$0 }
        let powers = exponentials(of: numbers.map { -Double($0) }, level: level)
        let expected = powers.map { 1 / (1 + Float($0)) }
        #expect(countDifferent(results(of: .sigmoid, numbers, level: level), expected) == 0)
    }

    @Test(
        "Normalizing subtracts a mean, multiplies by a factor and adds a shift, each step rounded once",
        arguments: KernelLevel.supported)
    func normalize(level: KernelLevel) {
        var random = RandomNumbers(seed: 6)
        let numbers = (0..<channelsPerBlock * 7).map { _ in Float.random(in: -4...4, using: &random) } + ends
        let others = (0..<channelsPerBlock * 3).map { _ in Float.random(in: -2...2, using: &random) }
        let expected = numbers.enumerated().map { place, number in
            let channel = place % channelsPerBlock
            let product = (number - others[channel]) * others[channelsPerBlock + channel]
            return product + others[2 * channelsPerBlock + channel]
        }
        #expect(countDifferent(results(of: .normalize, numbers, others, level: level), expected) == 0)
    }

    @Test(
        "Each pixel has the same results, however many are computed, and wherever its numbers lie",
        arguments: [vk_function.sigmoid, .error, .hard_sigmoid, .hard_swish, .normalize])
    func pixelCounts(function: vk_function) {
        var random = RandomNumbers(seed: 5)
        let others = (0..<channelsPerBlock * 3).map { _ in Float.random(in: -4...4, using: &random) }
        let pixels = (0..<5).map { _ in (0..<channelsPerBlock).map { _ in Float.random(in: -4...4, using: &random) } }
        for level in KernelLevel.supported {
            let alone = pixels.map { results(of: function, $0, others, level: level) }
            for count in 2...5 {
                let numbers = pixels.prefix(count).flatMap { $0 }
                #expect(results(of: function, numbers, others, level: level) == alone.prefix(count).flatMap { $0 })
                let repeated = (0..<count).flatMap { _ in alone[0] }
                #expect(results(of: function, numbers, others, level: level, stride: 0) == repeated)
            }
        }
    }

    @Test(
        "The channels that are asked for have the same results, however few they are, of any number of pixels",
        arguments: [vk_function.subtract, .sigmoid, .error, .hard_sigmoid, .hard_swish])
    func channels(function: vk_function) {
        var random = RandomNumbers(seed: 3)
        let numbers = (0..<channelsPerBlock * 11).map { _ in Float.random(in: -4...4, using: &random) }
        let others = (0..<channelsPerBlock).map { _ in Float.random(in: -4...4, using: &random) }
        for level in KernelLevel.supported {
            for pixelCount in 1...11 {
                let numbers = Array(numbers.prefix(pixelCount * channelsPerBlock))
                let all = results(of: function, numbers, others, level: level)
                for channels in 1...channelsPerBlock {
                    let some = results(of: function, numbers, others, level: level, channels: channels)
                    let differing = all.indices.filter { $0 % channelsPerBlock < channels && all[$0] != some[$0] }
                    #expect(differing.isEmpty, "\(pixelCount) pixels, \(channels) channels")
                }
            }
        }
    }

    @Test(
        "Rows lie as far apart as each stride says, and what lies between the results' rows does not change",
        arguments: [vk_function.subtract, .prelu, .sigmoid, .hard_swish, .normalize])
    func rows(function: vk_function) {
        var random = RandomNumbers(seed: 4)
        let (rowCount, pixelCount, untouched) = (3, 5, Float(-7))
        let (aStride, bStride, resultStride) = (6 * channelsPerBlock, 8 * channelsPerBlock, 7 * channelsPerBlock)
        let a = (0..<rowCount * aStride).map { _ in Float.random(in: -4...4, using: &random) }
        let b = (0..<rowCount * bStride).map { _ in Float.random(in: -4...4, using: &random) }
        /// The results of some rows, each in a row of `resultStride` numbers.
        func results(from row: Int, count: Int, level: KernelLevel) -> [Float] {
            var results = [Float](repeating: untouched, count: count * resultStride)
            a.withUnsafeBufferPointer { a in
                b.withUnsafeBufferPointer { b in
                    results.withUnsafeMutableBufferPointer { results in
                        var elements = vk_elements()
                        elements.function = function
                        elements.channel_count = channelsPerBlock
                        (elements.row_count, elements.pixel_count) = (count, pixelCount)
                        elements.a = a.baseAddress.map { $0 + row * aStride }
                        elements.b = b.baseAddress.map { $0 + row * bStride }
                        elements.results = results.baseAddress
                        (elements.a_stride, elements.b_stride) = (channelsPerBlock, channelsPerBlock)
                        (elements.a_row_stride, elements.b_row_stride) = (aStride, bStride)
                        elements.result_row_stride = resultStride
                        vk_compute_elements(level.kernelLevel, &elements)
                    }
                }
            }
            return results
        }
        for level in KernelLevel.supported {
            let alone = (0..<rowCount).map { results(from: $0, count: 1, level: level) }
            #expect(Set(alone).count == rowCount)
            let beyond = alone[0].dropFirst(pixelCount * channelsPerBlock)
            #expect(beyond.allSatisfy { $0 == untouched })
            #expect(results(from: 0, count: rowCount, level: level) == alone.flatMap { $0 })
        }
    }
}
