import VectorKernels

/// A layer in the kernel's layout.
final class PackedLayer: Sendable {
    let channelCount: Int
    let tapCount: Int
    let blockCount: Int
    private let form: vk_form
    private let rounding: vk_rounding
    private let packedWeights: AlignedNumbers
    private let starts: AlignedNumbers
    private let addends: AlignedNumbers?
    private let slopes: AlignedNumbers

    init(_ layer: FusedLayer, form: KernelForm, roundsToFloat16: Bool) {
        channelCount = layer.channelCount
        tapCount = layer.tapCount
        let blockCount = (layer.channelCount + channelsPerBlock - 1) / channelsPerBlock
        self.blockCount = blockCount
        self.form = form.kernelForm
        rounding = !roundsToFloat16 ? .none : layer.storesSums ? .sums_and_results : .results

        func blocks(_ numbers: [Float], padding: Float = 0) -> AlignedNumbers {
            let rest = blockCount * channelsPerBlock - numbers.count
            return AlignedNumbers(numbers + [Float](repeating: padding, count: rest))
        }
        packedWeights = AlignedNumbers(
            Float.packed(
                layer.weights, steps: (layer.tapCount, 1), channels: layer.channelCount, taps: layer.tapCount))
        // Padding channels must not sum to 0, which can slow float16 steps down.
        starts = blocks(layer.starts, padding: 1)
        addends = layer.addends.map { blocks($0) }
        slopes = blocks(layer.slopes ?? [Float](repeating: 1, count: layer.channelCount))
    }

    /// - Parameters:
    ///   - taps: ``tapCount`` offsets.
    ///   - tapsFollow: whether they are those of a 1 x 1 kernel on blocks of channels, one after the other.
    ///   - limits: the smallest and the largest result, instead of slopes; only the fused form has any.
    ///   - blocks: of output channels.
    func kernelLayer(
        taps: UnsafePointer<Int>, tapsFollow: Bool = false, limits: ClosedRange<Float>? = nil,
        blocks: Range<Int>? = nil
    ) -> vk_layer {
        let blocks = blocks ?? 0..<blockCount
        let first = blocks.lowerBound * channelsPerBlock
        return vk_layer(
            form: form, rounding: rounding, taps: taps, tap_count: tapCount,
            taps_follow: tapsFollow, channel_count: min(blocks.count * channelsPerBlock, channelCount - first),
            packed_weights: packedWeights.start + first * tapCount, starts: starts.start + first,
            addends: addends.map { $0.start + first }, slopes: limits == nil ? slopes.start + first : nil,
            lower: limits?.lowerBound ?? 0, upper: limits?.upperBound ?? 0)
    }
}

/// The channels in one block of an activation.
let channelsPerBlock: Int = vk_channel_block
/// The channels of an image.
let imageChannels = vk_image_channels
