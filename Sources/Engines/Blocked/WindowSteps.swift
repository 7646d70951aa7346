import NetworkGraph
import Tensors
import VectorKernels

/// The largest number, or the mean, under each window.
struct PoolStep: BlockedStep {
    let x: BlockedMap
    let y: BlockedMap
    let window: [SlidingWindow.Axis]
    /// For a mean, what each output row and column is divided by, row by row; empty for the largest number.
    let divisors: [Float]

    /// A unit is a block.
    var unitCount: Int { x.images * x.blockCount }

    func run(unit: Int, in run: BlockedRun) {
        let (image, block) = (unit / x.blockCount, unit % x.blockCount)
        let (rows, columns) = (window[0], window[1])
        if divisors.isEmpty, rows.isSmallPool, columns.isSmallPool, rows.kernel == columns.kernel,
            rows.stride == columns.stride
        {
            return computeSmallPool(image: image, block: block, side: rows.kernel, step: rows.stride, in: run)
        }
        let reach = (0..<y.columns).map { columns.places(under: $0) }
        let firsts = reach.map { $0.first * channelsPerBlock }
        let counts = reach.map(\.count)
        firsts.withUnsafeBufferPointer { firsts in
            counts.withUnsafeBufferPointer { counts in
                divisors.withUnsafeBufferPointer { divisors in
                    for row in 0..<y.rows {
                        let own = rows.places(under: row)
                        var line = vk_window_row(
                            numbers: run.pointer(x, image: image, block: block, row: own.first),
                            row_stride: x.rowStride * rows.dilation, row_count: own.count,
                            first_columns: firsts.baseAddress, column_counts: counts.baseAddress,
                            column_step: columns.dilation * channelsPerBlock, pixel_count: y.columns,
                            divisors: divisors.isEmpty ? nil : divisors.baseAddress.map { $0 + row * y.columns },
                            results: run.pointer(y, image: image, block: block, row: row))
                        vk_compute_windows(run.level, &line)
                    }
                }
            }
        }
    }
}

extension PoolStep {
    private func computeSmallPool(image: Int, block: Int, side: Int, step: Int, in run: BlockedRun) {
        for row in 0..<y.rows {
            let first = row * step
            let count = min(side, x.rows - first)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: count) { rows in
                for index in 0..<count {
                    rows.initializeElement(
                        at: index, to: UnsafePointer(run.pointer(x, image: image, block: block, row: first + index)))
                }
                var line = vk_pool_row(
                    rows: rows.baseAddress, row_count: count, column_count: x.columns, block_stride: 0, block_count: 1,
                    side: side, stride: step, column_by_column: false, result_count: y.columns,
                    results: run.pointer(y, image: image, block: block, row: row),
                    result_pixel_stride: channelsPerBlock, result_block_stride: 0)
                vk_max_pool(run.level, &line)
            }
        }
    }
}

extension SlidingWindow.Axis {
    /// Whether `vk_max_pool` has this window: small, and each begins inside the input.
    fileprivate var isSmallPool: Bool {
        (2...Int(vk_largest_pool)).contains(kernel) && dilation == 1 && paddingBefore == 0
            && (outputExtent - 1) * stride < inputExtent
    }

    /// The first input place under the window of an output, and the number of places, `dilation` apart.
    fileprivate func places(under output: Int) -> (first: Int, count: Int) {
        let inside = (0..<kernel).map { inputPosition(output: output, tap: $0) }.filter {
            (0..<inputExtent).contains($0)
        }
        return (inside.first ?? 0, inside.count)
    }
}

/// The mean of each channel's plane.
struct PlaneMeanStep: BlockedStep {
    let x: BlockedMap
    /// One pixel.
    let y: BlockedMap

    /// A unit is a few blocks, whose sums are computed side by side.
    var unitCount: Int { x.images * partCount }

    private var partCount: Int { (x.blockCount + Self.blocksAtOnce - 1) / Self.blocksAtOnce }
    private static let blocksAtOnce = 4

    func run(unit: Int, in run: BlockedRun) {
        let (image, first) = (unit / partCount, unit % partCount * Self.blocksAtOnce)
        let count = min(Self.blocksAtOnce, x.blockCount - first)
        vk_sum_maps(
            run.level, run.pointer(x, image: image, block: first), count, x.blockStride, x.rows, x.rowStride,
            x.columns, run.scratch)
        let pixels = Float(x.pixelCount)
        for block in 0..<count {
            let mean = run.pointer(y, image: image, block: first + block)
            for lane in 0..<channelsPerBlock { mean[lane] = run.scratch[block * channelsPerBlock + lane] / pixels }
        }
    }

    /// The numbers that a unit needs as scratch memory.
    static let scratchCount = blocksAtOnce * channelsPerBlock
}

/// A map resampled along its rows and its columns.
struct ResizeStep: BlockedStep {
    let x: BlockedMap
    let y: BlockedMap
    /// Nil where rows are not resampled; likewise columns.
    private let rowTaps: ResizeTaps?
    private let columnTaps: ResizeTaps?

    /// - Parameters:
    ///   - rowTaps: for each output row, the input rows and their weights; nil where rows are not resampled.
    ///   - columnTaps: likewise.
    init(
        x: BlockedMap, y: BlockedMap, rowTaps: [[(place: Int, weight: Float)]]?,
        columnTaps: [[(place: Int, weight: Float)]]?
    ) {
        (self.x, self.y) = (x, y)
        self.rowTaps = rowTaps.map { ResizeTaps($0, step: x.rowStride) }
        self.columnTaps = columnTaps.map { ResizeTaps($0, step: channelsPerBlock) }
    }

    /// A unit is a block.
    var unitCount: Int { x.images * x.blockCount }

    func run(unit: Int, in run: BlockedRun) {
        let (image, block) = (unit / x.blockCount, unit % x.blockCount)
        for row in 0..<y.rows {
            let target = run.pointer(y, image: image, block: block, row: row)
            var source = UnsafePointer(run.pointer(x, image: image, block: block, row: rowTaps == nil ? row : 0))
            if let rowTaps {
                let line = columnTaps == nil ? target : run.scratch
                rowTaps.withTaps { vk_weighted_rows(run.level, source, $0, row, x.columns, line) }
                source = UnsafePointer(line)
            }
            columnTaps?.withTaps { vk_weighted_pixels(run.level, source, $0, y.columns, target) }
        }
    }
}

/// What a resampling adds for each place along an axis.
private struct ResizeTaps: Sendable {
    private let starts: [Int]
    private let offsets: [Int]
    private let weights: [Float]

    /// - Parameter step: from an input place to the next.
    init(_ taps: [[(place: Int, weight: Float)]], step: Int) {
        starts = taps.reduce(into: [0]) { starts, taps in starts.append((starts.last ?? 0) + taps.count) }
        offsets = taps.joined().map { $0.place * step }
        weights = taps.joined().map(\.weight)
    }

    func withTaps(_ body: (UnsafePointer<vk_taps>) -> Void) {
        starts.withUnsafeBufferPointer { starts in
            offsets.withUnsafeBufferPointer { offsets in
                weights.withUnsafeBufferPointer { weights in
                    var taps = vk_taps(
                        starts: starts.baseAddress, offsets: offsets.baseAddress, weights: weights.baseAddress)
                    body(&taps)
                }
            }
        }
    }
}
