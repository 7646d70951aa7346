import VectorKernels

/// One evaluation of a fused network.
struct FusedRun {
    private let chain: FusedChain
    private let plan: FusedPlan
    private let level: vk_level
    private let workspace: Workspace

    init(chain: FusedChain, plan: FusedPlan, level: KernelLevel, workspace: Workspace) {
        self.chain = chain
        self.plan = plan
        self.level = level.kernelLevel
        self.workspace = workspace
        workspace.makeRoom(plan.room)
    }

    /// - Parameters:
    ///   - images: [N, rows, columns, 3].
    ///   - outputs: filled with [N, rows, columns, channels] of the last map.
    func run(_ images: UnsafePointer<Float>, into outputs: UnsafeMutablePointer<Float>) {
        let imageCount = plan.images[0]
        let outputCount = plan.outputShape.count / max(imageCount, 1)
        for first in stride(from: 0, to: imageCount, by: max(plan.vectorBatch, 1)) {
            let batch = min(plan.vectorBatch, imageCount - first)
            for index in 0..<batch {
                let map = computeMaps(of: images + (first + index) * plan.images.strides[0], index: index)
                if let map { copyChannels(of: map, to: outputs + (first + index) * outputCount) }
            }
            if !chain.denseStages.isEmpty { computeVectors(count: batch, into: outputs + first * outputCount) }
        }
    }

    // MARK: - Maps

    /// - Parameter index: the image's index within the batch whose vectors are computed at once.
    /// - Returns: the last map; nil if it was placed among the batch's vectors.
    private func computeMaps(of image: UnsafePointer<Float>, index: Int) -> UnsafePointer<Float>? {
        var input = image
        if chain.roundsToFloat16 {
            vk_round_to_float16(
                level, image, plan.images.strides[0], chain.flushesSubnormals, workspace.image.start)
            input = UnsafePointer(workspace.image.start)
        }
        for (number, (stage, map)) in zip(chain.mapStages, plan.maps).enumerated() {
            let isLast = number == plan.maps.count - 1 && !chain.denseStages.isEmpty
            let output =
                isLast
                ? Destination(
                    start: workspace.vectors[0].start + index * channelsPerBlock,
                    pixelStride: plan.vectorBatch * channelsPerBlock, map: map)
                : Destination(start: workspace.maps[number % 2].start, pixelStride: channelsPerBlock, map: map)
            plan.taps[number].withUnsafeBufferPointer { taps in
                guard let taps = taps.baseAddress else { return }
                compute(stage, map, taps, input, pixel: number == 0 ? imageChannels : channelsPerBlock, output)
            }
            if isLast { return nil }
            input = UnsafePointer(output.start)
        }
        return input
    }

    /// The destination of a stage's map.
    private struct Destination {
        let start: UnsafeMutablePointer<Float>
        let pixelStride: Int
        let rowStride: Int
        let blockStride: Int

        init(start: UnsafeMutablePointer<Float>, pixelStride: Int, map: FusedPlan.MapPlan) {
            self.start = start
            self.pixelStride = pixelStride
            rowStride = map.columns * pixelStride
            blockStride = map.rows * rowStride
        }
    }

    private func compute(
        _ stage: FusedChain.MapStage, _ map: FusedPlan.MapPlan, _ taps: UnsafePointer<Int>,
        _ input: UnsafePointer<Float>, pixel: Int, _ output: Destination
    ) {
        let layer = stage.layer.kernelLayer(taps: taps)
        var pixels = vk_pixels(
            numbers: input, pixel_stride: pixel, row_stride: map.inputColumns * pixel, pixel_count: map.sumColumns,
            row_count: map.sumRows, results: output.start, result_pixel_stride: output.pixelStride,
            result_row_stride: output.rowStride, result_block_stride: output.blockStride, summands: nil)
        guard let pool = stage.pool else {
            withUnsafePointer(to: layer) { vk_compute_layer(level, $0, &pixels) }
            return
        }
        pixels.result_pixel_stride = channelsPerBlock
        pixels.result_row_stride = map.sumRowCount
        pixels.result_block_stride = map.sumColumns * channelsPerBlock
        let side = pool.kernel[0]
        let step = pool.strides[0]
        let capacity = stage.sumRowCapacity
        var computed = 0
        for row in 0...map.rows {
            // One row of windows before the pool, by as many rows at once as the windows' stride.
            while computed < min(row * step + side, map.sumRows) && row < map.rows {
                pixels.row_count = min(step, map.sumRows - computed)
                pixels.numbers = input + computed * pixels.row_stride
                pixels.results = workspace.sumRows.start + computed % capacity * map.sumRowCount
                withUnsafePointer(to: layer) { vk_compute_layer(level, $0, &pixels) }
                computed += pixels.row_count
            }
            if row > 0 { computePool(row: row - 1, side: side, step: step, capacity: capacity, stage, map, output) }
        }
    }

    private func computePool(
        row: Int, side: Int, step: Int, capacity: Int, _ stage: FusedChain.MapStage, _ map: FusedPlan.MapPlan,
        _ output: Destination
    ) {
        let first = row * step
        let count = min(side, map.sumRows - first)
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: count) { rows in
            for index in 0..<count {
                rows.initializeElement(
                    at: index,
                    to: UnsafePointer(workspace.sumRows.start + (first + index) % capacity * map.sumRowCount))
            }
            var window = vk_pool_row(
                rows: rows.baseAddress, row_count: count, column_count: map.sumColumns,
                block_stride: map.sumColumns * channelsPerBlock, block_count: map.blockCount, side: side,
                stride: step, column_by_column: stage.isTransposed, result_count: map.columns,
                results: output.start + row * output.rowStride, result_pixel_stride: output.pixelStride,
                result_block_stride: output.blockStride)
            vk_max_pool(level, &window)
        }
    }

    // MARK: - Vectors

    /// Computes the dense layers for the first vectors of the batch.
    private func computeVectors(count: Int, into outputs: UnsafeMutablePointer<Float>) {
        let pixel = channelsPerBlock
        for (number, stage) in chain.denseStages.enumerated() {
            let results = workspace.vectors[(number + 1) % 2].start
            var pixels = vk_pixels(
                numbers: workspace.vectors[number % 2].start, pixel_stride: pixel, row_stride: 0, pixel_count: count,
                row_count: 1, results: results, result_pixel_stride: pixel, result_row_stride: 0,
                result_block_stride: plan.vectorBatch * pixel, summands: nil)
            plan.taps[plan.maps.count + number].withUnsafeBufferPointer { taps in
                guard let taps = taps.baseAddress else { return }
                var layer = stage.layer.kernelLayer(taps: taps)
                vk_compute_layer(level, &layer, &pixels)
            }
        }
        let vectors = UnsafePointer(workspace.vectors[chain.denseStages.count % 2].start)
        copyChannels(
            of: vectors, pixelCount: count, blockStride: plan.vectorBatch * pixel, channelCount: plan.outputShape[3],
            to: outputs)
    }

    // MARK: - Outputs

    private func copyChannels(of map: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>) {
        let pixelCount = plan.outputShape[1] * plan.outputShape[2]
        copyChannels(
            of: map, pixelCount: pixelCount, blockStride: pixelCount * channelsPerBlock,
            channelCount: plan.outputShape[3], to: output)
    }

    /// From blocks of channels to interleaved channels.
    private func copyChannels(
        of blocks: UnsafePointer<Float>, pixelCount: Int, blockStride: Int, channelCount: Int,
        to output: UnsafeMutablePointer<Float>
    ) {
        var copied = 0
        if channelCount <= channelsPerBlock {
            // A whole block at once, as long as the next pixels overwrite the excess.
            copied = max(0, pixelCount * channelCount - channelsPerBlock + channelCount) / channelCount
            for pixel in 0..<copied {
                let block = UnsafeRawPointer(blocks + pixel * channelsPerBlock).loadUnaligned(as: SIMD16<Float>.self)
                UnsafeMutableRawPointer(output + pixel * channelCount).storeBytes(of: block, as: SIMD16<Float>.self)
            }
        }
        for pixel in copied..<pixelCount {
            for first in stride(from: 0, to: channelCount, by: channelsPerBlock) {
                let source = blocks + first / channelsPerBlock * blockStride + pixel * channelsPerBlock
                (output + pixel * channelCount + first).update(
                    from: source, count: min(channelsPerBlock, channelCount - first))
            }
        }
    }
}
