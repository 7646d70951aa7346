import TestSupport
import Testing
import VectorKernels

@testable import Engines

/// The kernel of whole layers against its formula, for every width of a row and number of channels that tiles are
/// made for.
@Suite struct KernelLayerTests {
    /// Around whole, three-quarter, half and quarter blocks of 16 channels, alone and behind whole ones.
    static let channelCounts = [1, 4, 5, 8, 9, 12, 13, 16, 20, 24, 28, 33, 44, 64, 74]

    @Test("A layer gives the bits of its formula and writes nothing else", arguments: KernelLevel.supported)
    func equalsFormula(level: KernelLevel) {
        var random = RandomNumbers(seed: 11)
        for pixelStride in [imageChannels, channelsPerBlock] {
            for channels in Self.channelCounts {
                // Tiles have up to 14 pixels; 29 and 31 take several, of unequal sizes.
                for width in Array(1...16) + [29, 31] {
                    let layer = RandomLayer(
                        channels: channels, width: width, pixelStride: pixelStride, using: &random)
                    let results = layer.results(on: level)
                    #expect(
                        layer.firstDifference(in: results) == nil,
                        "\(channels) channels, \(width) pixels of \(pixelStride)")
                }
            }
        }
    }
}

/// A layer of two rows with random numbers.
private struct RandomLayer {
    let channels: Int
    let width: Int
    let pixelStride: Int
    let taps: [Int]
    let numbers: [Float]
    /// [channel][tap].
    let weights: [Float]
    let starts: [Float]
    let slopes: [Float]
    /// Around the results, to see that nothing else is written.
    /// Also before results are written, so that it shows where none are.
    private static let untouched = Float(nan: 12345, signaling: false)

    init(channels: Int, width: Int, pixelStride: Int, using random: inout RandomNumbers) {
        (self.channels, self.width, self.pixelStride) = (channels, width, pixelStride)
        func some(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
        }
        // More than the four that are computed at once, and not a multiple of them.
        taps = (0..<7).map { _ in Int.random(in: 0..<64, using: &random) }
        numbers = some(2 * width * pixelStride + 64 + channelsPerBlock)
        weights = some(channels * taps.count)
        starts = some(channels)
        // Negative, between 0 and 1, and beyond.
        slopes = some(channels).map { 2 * $0 }
    }

    private var blockCount: Int { (channels + channelsPerBlock - 1) / channelsPerBlock }
    /// Each block has one more number before and behind its two rows.
    private var blockStride: Int { 2 * width * channelsPerBlock + 2 }

    /// [block][row][column][channel of the block], with a number that is not written around each block.
    func results(on level: KernelLevel) -> [Float] {
        var fused = FusedLayer(weights: weights, starts: starts)
        fused.slopes = slopes
        let packed = PackedLayer(fused, form: .fused, roundsToFloat16: false)
        var results = [Float](repeating: Self.untouched, count: blockCount * blockStride)
        taps.withUnsafeBufferPointer { taps in
            numbers.withUnsafeBufferPointer { numbers in
                results.withUnsafeMutableBufferPointer { results in
                    guard let taps = taps.baseAddress, let start = results.baseAddress else { return }
                    var layer = packed.kernelLayer(taps: taps)
                    var pixels = vk_pixels(
                        numbers: numbers.baseAddress, pixel_stride: pixelStride, row_stride: width * pixelStride,
                        pixel_count: width, row_count: 2, results: start + 1,
                        result_pixel_stride: channelsPerBlock, result_row_stride: width * channelsPerBlock,
                        result_block_stride: blockStride, summands: nil)
                    vk_compute_layer(level.kernelLevel, &layer, &pixels)
                }
            }
        }
        return results
    }

    /// Of results and the formula, with what surrounds them.
    func firstDifference(in results: [Float]) -> String? {
        for block in 0..<blockCount {
            let first = block * blockStride
            let around = [results[first], results[first + blockStride - 1]]
            guard around.allSatisfy({ $0.bitPattern == Self.untouched.bitPattern }) else {
                return "written around block \(block)"
            }
            for pixel in 0..<2 * width {
                for channel in block * channelsPerBlock..<(block + 1) * channelsPerBlock {
                    let result = results[first + 1 + pixel * channelsPerBlock + channel % channelsPerBlock]
                    guard channel < channels else {
                        // Or pools would search for NaN.
                        guard result.isFinite else { return "pixel \(pixel): \(result) beyond the channels" }
                        continue
                    }
                    let expected = defined(channel: channel, pixel: pixel)
                    guard result.bitPattern == expected.bitPattern else {
                        return "channel \(channel), pixel \(pixel): \(result), expected \(expected)"
                    }
                }
            }
        }
        return nil
    }

    private func defined(channel: Int, pixel: Int) -> Float {
        let sum = taps.indices.reduce(starts[channel]) { sum, tap in
            sum.addingProduct(numbers[pixel * pixelStride + taps[tap]], weights[channel * taps.count + tap])
        }
        return sum >= 0 ? sum : slopes[channel] * sum
    }
}
