import VectorKernels

/// A type that the vector kernels compute in.
package protocol KernelLane: KernelNumber where Lane == Self {
    /// Weights in whole blocks, one tap's after the other's: see `vk_pack_float32`.
    ///
    /// - Parameter steps: from a weight to that of the next output channel, and to that of the next tap.
    static func packed(_ weights: [Self], steps: (channel: Int, tap: Int), channels: Int, taps: Int) -> [Self]

    /// Fills `sums` with a kernel of the given form.
    ///
    /// - Precondition: float64 has only the forms that round to the type of the numbers.
    static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Self], weights: [Self],
        starts: [Self], into sums: UnsafeMutablePointer<Self>?)

    /// y = x where x >= 0, else slope * x, for `count` numbers; the slopes have stride `slopeStep`.
    static func scaleNegatives(
        _ x: UnsafePointer<Self>, by slopes: UnsafePointer<Self>, slopeStep: Int, count: Int,
        into y: UnsafeMutablePointer<Self>)

    /// The first of the largest numbers under each window, NaN if one of them is NaN.
    static func findLargest(
        _ numbers: UnsafePointer<Self>, pixels: [Int], taps: [Int], into largest: UnsafeMutablePointer<Self>)
}

extension Float: KernelLane {
    package static func packed(
        _ weights: [Float], steps: (channel: Int, tap: Int), channels: Int, taps: Int
    ) -> [Float] {
        let capacity = vk_packed_count(channels, taps)
        return [Float](unsafeUninitializedCapacity: capacity) { packed, count in
            vk_pack_float32(weights, steps.channel, steps.tap, channels, taps, packed.baseAddress)
            count = capacity
        }
    }

    package static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Float], weights: [Float],
        starts: [Float], into sums: UnsafeMutablePointer<Float>?
    ) {
        withUnsafePointer(to: layout) {
            vk_sums_float32(level.kernelLevel, form.kernelForm, $0, numbers, weights, starts, sums)
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
    package static func packed(
        _ weights: [Double], steps: (channel: Int, tap: Int), channels: Int, taps: Int
    ) -> [Double] {
        let capacity = vk_packed_count(channels, taps)
        return [Double](unsafeUninitializedCapacity: capacity) { packed, count in
            vk_pack_float64(weights, steps.channel, steps.tap, channels, taps, packed.baseAddress)
            count = capacity
        }
    }

    package static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Double], weights: [Double],
        starts: [Double], into sums: UnsafeMutablePointer<Double>?
    ) {
        precondition(form == .fused || form == .multiplyAdd, "float64 is not summed as float16")
        withUnsafePointer(to: layout) {
            vk_sums_float64(level.kernelLevel, form.kernelForm, $0, numbers, weights, starts, sums)
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
