import VectorKernels

/// A type that the vector kernels compute in.
package protocol KernelLane: KernelNumber where Lane == Self {
    /// Weights [channel][tap] in the order that ``sums(_:form:level:numbers:packedWeights:starts:into:)`` expects.
    static func packed(_ weights: [Self], channels: Int, taps: Int) -> [Self]

    /// Fills `sums` with a kernel of the given form.
    ///
    /// - Precondition: float64 has only the forms that round to the type of the numbers.
    static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Self], packedWeights: [Self],
        starts: [Self], into sums: UnsafeMutablePointer<Self>?)

    /// y = x where x >= 0, else slope * x, for `count` numbers; the slopes have stride `slopeStep`.
    static func scaleNegatives(
        _ x: UnsafePointer<Self>, by slopes: UnsafePointer<Self>, slopeStep: Int, count: Int,
        into y: UnsafeMutablePointer<Self>)

    /// The first of the largest numbers under each window, NaN if one of them is NaN.
    static func findLargest(
        _ numbers: UnsafePointer<Self>, pixels: [Int], taps: [Int], into largest: UnsafeMutablePointer<Self>)
}

extension KernelLane {
    /// Weights [tap][channel] in the same order.
    static func packed(tapsFirst weights: [Self], channels: Int, taps: Int) -> [Self] {
        let width = Int(vk_channel_block)
        let capacity = vk_packed_count(channels, taps)
        return [Self](unsafeUninitializedCapacity: capacity) { packed, count in
            packed.initialize(repeating: 0)
            weights.withUnsafeBufferPointer { weights in
                for first in stride(from: 0, to: channels, by: width) {
                    let own = min(width, channels - first)
                    for tap in 0..<taps {
                        let (source, place) = (tap * channels + first, first * taps + tap * width)
                        for channel in 0..<own { packed[place + channel] = weights[source + channel] }
                    }
                }
            }
            count = capacity
        }
    }
}

extension Float: KernelLane {
    package static func packed(_ weights: [Float], channels: Int, taps: Int) -> [Float] {
        let capacity = vk_packed_count(channels, taps)
        return [Float](unsafeUninitializedCapacity: capacity) { packed, count in
            vk_pack_float32(weights, channels, taps, packed.baseAddress)
            count = capacity
        }
    }

    package static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Float], packedWeights: [Float],
        starts: [Float], into sums: UnsafeMutablePointer<Float>?
    ) {
        withUnsafePointer(to: layout) {
            vk_sums_float32(level.kernelLevel, form.kernelForm, $0, numbers, packedWeights, starts, sums)
        }
    }

    package static func scaleNegatives(
        _ x: UnsafePointer<Float>, by slopes: UnsafePointer<Float>, slopeStep: Int, count: Int,
        into y: UnsafeMutablePointer<Float>
    ) {
        vk_prelu_float32(x, slopes, slopeStep, count, y)
    }

    package static func findLargest(
        _ numbers: UnsafePointer<Float>, pixels: [Int], taps: [Int], into largest: UnsafeMutablePointer<Float>
    ) {
        vk_largest_float32(numbers, pixels, pixels.count, taps, taps.count, largest)
    }
}

extension Double: KernelLane {
    package static func packed(_ weights: [Double], channels: Int, taps: Int) -> [Double] {
        let capacity = vk_packed_count(channels, taps)
        return [Double](unsafeUninitializedCapacity: capacity) { packed, count in
            vk_pack_float64(weights, channels, taps, packed.baseAddress)
            count = capacity
        }
    }

    package static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Double], packedWeights: [Double],
        starts: [Double], into sums: UnsafeMutablePointer<Double>?
    ) {
        precondition(form == .fused || form == .multiplyAdd, "float64 is not summed as float16")
        withUnsafePointer(to: layout) {
            vk_sums_float64(level.kernelLevel, form.kernelForm, $0, numbers, packedWeights, starts, sums)
        }
    }

    package static func scaleNegatives(
        _ x: UnsafePointer<Double>, by slopes: UnsafePointer<Double>, slopeStep: Int, count: Int,
        into y: UnsafeMutablePointer<Double>
    ) {
        vk_prelu_float64(x, slopes, slopeStep, count, y)
    }

    package static func findLargest(
        _ numbers: UnsafePointer<Double>, pixels: [Int], taps: [Int], into largest: UnsafeMutablePointer<Double>
    ) {
        vk_largest_float64(numbers, pixels, pixels.count, taps, taps.count, largest)
    }
}
