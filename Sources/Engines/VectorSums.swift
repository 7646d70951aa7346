import VectorKernels

extension SumsOfProducts {
    /// The sums by a vector kernel, with the same bits as an arithmetic of this form.
    ///
    /// - Returns: the sums in the order of ``sums(in:)``.
    func sums<Working: KernelNumber>(
        _ form: KernelForm, level: KernelLevel = .best, as working: Working.Type
    ) -> [Working] where Working.Lane == Element.Lane {
        typealias Lane = Element.Lane
        let packedWeights = Lane.packed(
            Element.lanes(of: Array(weights)), channels: starts.count, taps: taps.count)
        let sums = [Lane](unsafeUninitializedCapacity: count) { sums, initialized in
            origins.withUnsafeBufferPointer { origins in
                pixels.withUnsafeBufferPointer { pixels in
                    taps.withUnsafeBufferPointer { taps in
                        let layout = vk_sum_layout(
                            origins: origins.baseAddress, origin_count: origins.count,
                            pixels: pixels.baseAddress, pixel_count: pixels.count,
                            taps: taps.baseAddress, tap_count: taps.count, channel_count: starts.count)
                        Lane.sums(
                            layout, form: form, level: level, numbers: Element.lanes(of: numbers),
                            packedWeights: packedWeights, starts: Element.lanes(of: starts),
                            into: sums.baseAddress)
                    }
                }
            }
            initialized = count
        }
        return Working.numbers(from: sums)
    }
}
