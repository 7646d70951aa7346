import NetworkGraph
import Tensors
import VectorKernels

/// A product of a matrix [..., K], which is not laid out in blocks, and constant weights.
struct DenseStep: BlockedStep {
    let tensor: String
    let output: String
    let shape: Shape
    /// From ``KernelLane/packed(_:channels:taps:)``.
    let packedWeights: AlignedNumbers
    let inner: Int
    let columns: Int
    /// Added to each row of sums; empty for none.
    let addends: [Float]

    var unitCount: Int { 1 }

    func run(unit: Int, in run: BlockedRun) throws {
        let x = try run.values.real(tensor)
        let rows = shape.count / max(columns, 1)
        let (origins, taps) = ((0..<rows).map { $0 * inner }, Array(0..<inner))
        let starts = [Float](repeating: 0, count: columns)
        let level = run.level
        var sums = [Float](unsafeUninitializedCapacity: shape.count) { sums, count in
            count = shape.count
            origins.withUnsafeBufferPointer { origins in
                [0].withUnsafeBufferPointer { pixels in
                    taps.withUnsafeBufferPointer { taps in
                        var layout = vk_sum_layout(
                            origins: origins.baseAddress, origin_count: rows, pixels: pixels.baseAddress,
                            pixel_count: 1, taps: taps.baseAddress, tap_count: inner, channel_count: columns,
                            block_step: vk_channel_block * inner, tap_step: vk_channel_block)
                        vk_sums_float32(
                            level, .fused, &layout, x.elements, packedWeights.start, starts, sums.baseAddress)
                    }
                }
            }
        }
        if !addends.isEmpty {
            for row in 0..<rows { for column in 0..<columns { sums[row * columns + column] += addends[column] } }
        }
        run.values[output] = .real(Tensor(shape, sums))
    }
}
