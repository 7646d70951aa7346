import VectorKernels

/// A convolution of one of the networks with its PReLU, ready for the layer kernel; its numbers are random.
final class ConvolutionLayer {
    let name: String
    private let rows: Int
    private let columns: Int
    private let tapCount: Int
    private let outputs: Int
    private let numbers: [Float]
    private let weights: [Float]
    private let starts: [Float]
    private let slopes: [Float]
    private let taps: [Int]
    private let pixelStride: Int
    private let rowStride: Int
    private var results: [Float]

    /// - Parameters:
    ///   - channels: that go in; 3 for images.
    ///   - rows: of the map that comes out, as `columns`.
    init(_ name: String, channels: Int, outputs: Int, kernel: Int, rows: Int, columns: Int) {
        self.name = name
        self.rows = rows
        self.columns = columns
        let block = Int(vk_channel_block)
        let isImage = channels == Int(vk_image_channels)
        let stride = isImage ? channels : block
        let (inputRows, inputColumns) = (rows + kernel - 1, columns + kernel - 1)
        let plane = inputRows * inputColumns * stride
        pixelStride = stride
        rowStride = inputColumns * stride
        self.outputs = outputs
        let blockCount = (outputs + block - 1) / block
        taps = (0..<channels).flatMap { channel in
            (0..<kernel * kernel).map { position in
                (isImage ? channel : channel / block * plane + channel % block)
                    + (position / kernel * inputColumns + position % kernel) * stride
            }
        }
        tapCount = taps.count
        var random = SystemRandomNumberGenerator()
        // Numbers that float16 holds.
        func someNumbers(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float(Int.random(in: -1024...1024, using: &random)) / 1024 }
        }
        numbers = someNumbers((isImage ? 1 : (channels + block - 1) / block) * plane)
        weights = someNumbers(tapCount * blockCount * block)
        starts = someNumbers(blockCount * block)
        slopes = someNumbers(blockCount * block)
        results = [Float](repeating: 0, count: blockCount * rows * columns * block)
    }

    /// Computes the layer once.
    func run(_ form: vk_form, on level: vk_level) {
        let block = Int(vk_channel_block)
        var layer = vk_layer(
            form: form, rounding: form == .fused ? .none : .results, taps: nil, tap_count: tapCount,
            taps_follow: false, channel_count: outputs, packed_weights: nil, starts: nil, addends: nil, slopes: nil,
            lower: 0, upper: 0)
        var pixels = vk_pixels(
            numbers: nil, pixel_stride: pixelStride, row_stride: rowStride, pixel_count: columns, row_count: rows,
            results: nil,
            result_pixel_stride: block, result_row_stride: columns * block,
            result_block_stride: rows * columns * block, summands: nil)
        taps.withUnsafeBufferPointer { taps in
            weights.withUnsafeBufferPointer { weights in
                starts.withUnsafeBufferPointer { starts in
                    slopes.withUnsafeBufferPointer { slopes in
                        numbers.withUnsafeBufferPointer { numbers in
                            results.withUnsafeMutableBufferPointer { results in
                                layer.taps = taps.baseAddress
                                layer.packed_weights = weights.baseAddress
                                layer.starts = starts.baseAddress
                                layer.slopes = slopes.baseAddress
                                pixels.numbers = numbers.baseAddress
                                pixels.results = results.baseAddress
                                vk_compute_layer(level, &layer, &pixels)
                            }
                        }
                    }
                }
            }
        }
    }
}
