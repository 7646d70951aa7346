import NetworkGraph
import Tensors
import VectorKernels

/// A convolution, and what can be done to its sums as they are computed.
struct ConvolutionStep: BlockedStep {
    let x: BlockedMap
    let y: BlockedMap
    /// One layer for each group of channels.
    let layers: [PackedLayer]
    /// Along rows and columns.
    let window: [SlidingWindow.Axis]
    let taps: [Int]
    /// Added to the sums, laid out like y.
    let summand: BlockedMap?
    /// Of the results; nil where there are slopes.
    let limits: ClosedRange<Float>?
    /// What is computed of the sums next.
    let program: ElementProgram
    /// The blocks of a group of channels.
    private let inputBlocks: Int
    private let groupBlocks: Int
    private let blocksAtOnce: Int
    private let stripCount: Int
    private let isPointwise: Bool
    /// Whether all rows can be computed as one, which leaves no tile partly filled at their ends.
    private let isOneRow: Bool

    /// Bytes of the input that a strip of rows takes, so that it stays in a core's cache for all output channels.
    private static let stripBytes = 384 << 10

    init(
        x: BlockedMap, y: BlockedMap, layers: [PackedLayer], window: [SlidingWindow.Axis], taps: [Int],
        summand: BlockedMap?, limits: ClosedRange<Float>?, program: ElementProgram
    ) {
        (self.x, self.y, self.layers, self.window, self.taps) = (x, y, layers, window, taps)
        (self.summand, self.limits, self.program) = (summand, limits, program)
        inputBlocks = x.channels / layers.count / channelsPerBlock
        let rowBytes = x.rowStride * window[0].stride * max(inputBlocks, 1) * MemoryLayout<Float>.stride
        let rows = min(max(Self.stripBytes / max(rowBytes, 1), 1), y.rows)
        stripCount = (y.rows + rows - 1) / rows
        isPointwise = taps.count == x.channels / layers.count
        isOneRow =
            isPointwise && x.isDense && y.isDense && window.allSatisfy { $0.stride == 1 }
            && x.pixelCount == y.pixelCount
        // As many as a tile has, so that what follows finds their results in the cache; of narrow rows twice as many.
        blocksAtOnce = y.columns * (isOneRow ? y.rows : 1) > 14 ? 2 : 4
        groupBlocks = y.blockCount / layers.count
    }

    /// A unit is some blocks of a strip of rows.
    var unitCount: Int { x.images * layers.count * stripCount * partCount }

    private var partCount: Int { (groupBlocks + blocksAtOnce - 1) / blocksAtOnce }

    func run(unit: Int, in run: BlockedRun) {
        let (strip, part) = (unit / partCount % stripCount, unit % partCount)
        let group = unit / partCount / stripCount % layers.count
        compute(
            layers[group], blocks: part * groupBlocks / partCount..<(part + 1) * groupBlocks / partCount,
            rows: strip * y.rows / stripCount..<(strip + 1) * y.rows / stripCount,
            image: unit / partCount / stripCount / layers.count, inputBlock: group * inputBlocks,
            outputBlock: group * groupBlocks, in: run)
    }

    private func compute(
        _ layer: PackedLayer, blocks: Range<Int>, rows: Range<Int>, image: Int, inputBlock: Int, outputBlock: Int,
        in run: BlockedRun
    ) {
        let origin =
            run.pointer(x, image: image, block: inputBlock)
            + (rows.lowerBound * window[0].stride - window[0].paddingBefore) * x.rowStride
            - window[1].paddingBefore * x.pixelStride
        let block = outputBlock + blocks.lowerBound
        let results = run.pointer(y, image: image, block: block, row: rows.lowerBound)
        var pixels = vk_pixels(
            numbers: origin, pixel_stride: x.pixelStride * window[1].stride,
            row_stride: x.rowStride * window[0].stride, pixel_count: y.columns, row_count: rows.count,
            results: results, result_pixel_stride: channelsPerBlock, result_row_stride: y.rowStride,
            result_block_stride: y.blockStride, summands: nil)
        if isOneRow {
            pixels.pixel_count = y.columns * rows.count
            pixels.row_count = 1
        }
        if let summand {
            pixels.summands = UnsafePointer(
                run.pointer(summand, image: image, block: block, row: rows.lowerBound))
        }
        taps.withUnsafeBufferPointer { taps in
            guard let taps = taps.baseAddress else { return }
            var own = layer.kernelLayer(taps: taps, tapsFollow: isPointwise, limits: limits, blocks: blocks)
            vk_compute_layer(run.level, &own, &pixels)
        }
        program.run(on: y, image: image, blocks: block..<block + blocks.count, rows: rows, in: run)
    }
}

/// A convolution of each channel by itself.
struct DepthwiseStep: BlockedStep {
    let x: BlockedMap
    let y: BlockedMap
    let layer: PackedLayer
    let window: [SlidingWindow.Axis]
    /// Offsets within a plane.
    let taps: [Int]
    let limits: ClosedRange<Float>?
    let program: ElementProgram

    /// A unit is a block.
    var unitCount: Int { y.images * y.blockCount }

    func run(unit: Int, in run: BlockedRun) {
        let (image, block) = (unit / y.blockCount, unit % y.blockCount)
        let origin =
            run.pointer(x, image: image, block: block) - window[0].paddingBefore * x.rowStride
            - window[1].paddingBefore * channelsPerBlock
        var pixels = vk_pixels(
            numbers: origin, pixel_stride: channelsPerBlock * window[1].stride,
            row_stride: x.rowStride * window[0].stride, pixel_count: y.columns, row_count: y.rows,
            results: run.pointer(y, image: image, block: block), result_pixel_stride: channelsPerBlock,
            result_row_stride: y.rowStride, result_block_stride: y.blockStride, summands: nil)
        taps.withUnsafeBufferPointer { taps in
            guard let taps = taps.baseAddress else { return }
            var own = layer.kernelLayer(taps: taps, limits: limits, blocks: block..<block + 1)
            vk_compute_depthwise(run.level, &own, &pixels, x.blockStride)
        }
        program.run(on: y, image: image, blocks: block..<block + 1, rows: 0..<y.rows, in: run)
    }
}

/// A transposed convolution whose kernel positions reach separate outputs: the kernel is as large as its stride.
struct TransposedConvolutionStep: BlockedStep {
    let x: BlockedMap
    let y: BlockedMap
    /// A layer of 1 x 1 kernels for each kernel position, row by row.
    let layers: [PackedLayer]
    /// Along rows and columns.
    let stride: [Int]
    let taps: [Int]
    let limits: ClosedRange<Float>?
    let program: ElementProgram

    /// A unit is an output block.
    var unitCount: Int { y.images * y.blockCount }

    func run(unit: Int, in run: BlockedRun) {
        let (image, block) = (unit / y.blockCount, unit % y.blockCount)
        for (place, layer) in layers.enumerated() {
            let (row, column) = (place / stride[1], place % stride[1])
            var pixels = vk_pixels(
                numbers: run.pointer(x, image: image), pixel_stride: channelsPerBlock, row_stride: x.rowStride,
                pixel_count: x.columns, row_count: x.rows,
                results: run.pointer(y, image: image, block: block, row: row) + column * channelsPerBlock,
                result_pixel_stride: channelsPerBlock * stride[1], result_row_stride: y.rowStride * stride[0],
                result_block_stride: y.blockStride, summands: nil)
            taps.withUnsafeBufferPointer { taps in
                guard let taps = taps.baseAddress else { return }
                var own = layer.kernelLayer(taps: taps, tapsFollow: true, limits: limits, blocks: block..<block + 1)
                vk_compute_layer(run.level, &own, &pixels)
            }
        }
        program.run(on: y, image: image, blocks: block..<block + 1, rows: 0..<y.rows, in: run)
    }
}
