import VectorKernels

extension SumsOfProducts {
    /// The sums by a vector kernel, with the same bits as an arithmetic of this form.
    ///
    /// - Returns: the sums in the order of ``sums(in:)``.
    func sums<Working: KernelNumber>(
        _ form: KernelForm, level: KernelLevel = .best, as working: Working.Type
    ) -> [Working] where Working.Lane == Element.Lane {
        typealias Lane = Element.Lane
        let blocks = weightBlocks
        let sums = [Lane](unsafeUninitializedCapacity: count) { sums, initialized in
            origins.withUnsafeBufferPointer { origins in
                pixels.withUnsafeBufferPointer { pixels in
                    taps.withUnsafeBufferPointer { taps in
                        let layout = vk_sum_layout(
                            origins: origins.baseAddress, origin_count: origins.count,
                            pixels: pixels.baseAddress, pixel_count: pixels.count,
                            taps: taps.baseAddress, tap_count: taps.count, channel_count: starts.count,
                            block_step: blocks.steps.block, tap_step: blocks.steps.tap)
                        Lane.sums(
                            layout, form: form, level: level, numbers: Element.lanes(of: numbers),
                            weights: blocks.weights, starts: Element.lanes(of: starts),
                            into: sums.baseAddress)
                    }
                }
            }
            initialized = count
        }
        return Working.numbers(from: sums)
    }

    /// Whether packing the weights would take as long as these sums.
    private var areFew: Bool { origins.count * pixels.count <= WeightPacks<Element.Lane>.mostPositions }

    /// The weights in whole blocks of channels: as they are if a kernel can read them so and no pack of them is kept, else
    /// packed.
    private var weightBlocks: (weights: [Element.Lane], steps: (block: Int, tap: Int)) {
        let isKept = packs != nil && WeightPacks<Element.Lane>.keeps(starts.count * taps.count)
        if areFew, !isKept, weightSteps.channel == 1, starts.count.isMultiple(of: channelsPerBlock) {
            return (Element.lanes(of: Array(weights)), (channelsPerBlock, weightSteps.tap))
        }
        return (packedWeights, (channelsPerBlock * taps.count, channelsPerBlock))
    }

    private var packedWeights: [Element.Lane] {
        func pack() -> [Element.Lane] {
            Element.Lane.packed(
                Element.lanes(of: Array(weights)), steps: weightSteps, channels: starts.count, taps: taps.count)
        }
        guard let packs, areFew else { return pack() }
        let part = WeightPacks<Element.Lane>.Part(
            firstElement: weights.startIndex, channels: starts.count, taps: taps.count,
            channelStep: weightSteps.channel, tapStep: weightSteps.tap)
        return packs.packed(part, pack)
    }
}
