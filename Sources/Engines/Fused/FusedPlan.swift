import NetworkGraph
import Tensors

/// The layout of a fused network's numbers for images of one size.
///
/// Maps are laid out [block of 16 channels][row][column][channel of the block]. The last map before a dense layer, and
/// vectors, are laid out [block][row][column][image][channel of the block]: a dense layer treats images as a
/// convolution treats pixels.
struct FusedPlan {
    let images: Shape
    let maps: [MapPlan]
    let outputShape: Shape
    /// How many images' vectors are computed at once.
    let vectorBatch: Int
    /// For each layer, its factors' offsets from the beginning of a pixel's window, in the order of the sum.
    let taps: [[Int]]
    let room: Room

    /// How many numbers a run keeps at once.
    struct Room {
        /// An image rounded to float16; 0 where it is read as it is.
        let image: Int
        /// The largest map.
        let map: Int
        /// The rows of sums that a pool has yet to read.
        let sumRows: Int
        /// A batch of the longest vectors.
        let vectors: Int
    }

    /// The extents of a convolution's sums, and of its output after the pool.
    struct MapPlan {
        let inputRows: Int
        let inputColumns: Int
        let sumRows: Int
        let sumColumns: Int
        let rows: Int
        let columns: Int
        let blockCount: Int

        var count: Int { blockCount * rows * columns * channelsPerBlock }
        /// One row of sums of all channels, [block][column][channel of the block].
        var sumRowCount: Int { blockCount * sumColumns * channelsPerBlock }
    }
}

extension FusedChain {
    /// The most images whose vectors are computed at once, which bounds their memory.
    private static let largestVectorBatch = 64

    /// - Throws: ``FusionError/badInput(_:reason:)``.
    func plan(for images: Shape) throws(FusionError) -> FusedPlan {
        guard images.rank == 4, images[3] == imageChannels else {
            throw .badInput(images, reason: "expected [N, rows, columns, \(imageChannels)]")
        }
        var maps = [FusedPlan.MapPlan]()
        var (rows, columns) = (images[1], images[2])
        for stage in mapStages {
            let map = try stage.plan(rows: rows, columns: columns, images: images)
            (rows, columns) = (map.rows, map.columns)
            maps.append(map)
        }
        let channels = denseStages.last?.layer.channelCount ?? mapStages.last?.layer.channelCount ?? 0
        if let dense = denseStages.first, let last = mapStages.last {
            let vector = rows * columns * last.layer.channelCount
            guard dense.layer.tapCount == vector else {
                throw .badInput(
                    images, reason: "a dense layer of \(dense.layer.tapCount) numbers gets \(vector) of them")
            }
        }
        let vectorBatch = min(images[0], Self.largestVectorBatch)
        return FusedPlan(
            images: images, maps: maps,
            outputShape: denseStages.isEmpty
                ? [images[0], rows, columns, channels] : [images[0], 1, 1, channels],
            vectorBatch: vectorBatch, taps: taps(of: maps, vectorBatch: vectorBatch),
            room: room(for: images, maps, vectorBatch: vectorBatch))
    }

    private func room(for images: Shape, _ maps: [FusedPlan.MapPlan], vectorBatch: Int) -> FusedPlan.Room {
        let lastMap = (maps.last?.count ?? 0) * vectorBatch
        let vector = (denseStages.map(\.layer.blockCount).max() ?? 0) * vectorBatch * channelsPerBlock
        return FusedPlan.Room(
            image: roundsToFloat16 ? images[1] * images[2] * imageChannels : 0, map: maps.map(\.count).max() ?? 0,
            sumRows: zip(mapStages, maps).map { $0.sumRowCapacity * $1.sumRowCount }.max() ?? 0,
            vectors: denseStages.isEmpty ? 0 : max(lastMap, vector))
    }
}

extension FusedChain.MapStage {
    fileprivate func plan(rows: Int, columns: Int, images: Shape) throws(FusionError) -> FusedPlan.MapPlan {
        let sumRows = rows - kernelRows + 1
        let sumColumns = columns - kernelColumns + 1
        guard sumRows >= 1, sumColumns >= 1 else {
            throw .badInput(
                images,
                reason: "a map of \(rows) x \(columns) is less than a kernel of \(kernelRows) x \(kernelColumns)")
        }
        var extents = [sumRows, sumColumns]
        if let pool {
            let axes: [SlidingWindow.Axis]
            do throws(OperatorError) {
                axes = try pool.axes(over: isTransposed ? extents.reversed() : extents)
            } catch {
                throw .badInput(images, reason: "a pool \(error)")
            }
            guard axes.allSatisfy({ $0.paddingBefore == 0 && ($0.outputExtent - 1) * $0.stride < $0.inputExtent })
            else {
                throw .badInput(images, reason: "a pool has windows that begin in the padding of \(extents)")
            }
            extents = axes.map(\.outputExtent)
            if isTransposed { extents.reverse() }
        }
        return FusedPlan.MapPlan(
            inputRows: rows, inputColumns: columns, sumRows: sumRows, sumColumns: sumColumns, rows: extents[0],
            columns: extents[1], blockCount: layer.blockCount)
    }
}

extension FusedChain.MapStage {
    /// The rows of sums that are kept: those under one window and the next ones that it needs, which can be computed
    /// while this one's pool waits for its last row. A multiple of the rows computed at once.
    var sumRowCapacity: Int {
        guard let pool else { return 0 }
        let step = pool.strides[0]
        return (pool.kernel[0] + step + step - 1) / step * step
    }
}
