import NetworkGraph
import Tensors
import VectorKernels

/// Lays a tensor [N, C, rows, columns] out in blocks.
struct BlocksFromPlanes: BlockedStep {
    let tensor: String
    let map: BlockedMap

    /// A unit is a block.
    var unitCount: Int { map.images * map.blockCount }

    func run(unit: Int, in run: BlockedRun) throws {
        let (image, block) = (unit / map.blockCount, unit % map.blockCount)
        let first = block * channelsPerBlock
        let plane = map.pixelCount
        try run.values.real(tensor).elements.withUnsafeBufferPointer { elements in
            guard let elements = elements.baseAddress else { return }
            let source = elements + (image * map.channels + first) * plane
            for row in 0..<map.rows {
                let pixels = run.pointer(map, image: image, block: block, row: row)
                if map.pixelStride == imageChannels {
                    vk_pixels_from_planes(run.level, source + row * map.columns, plane, map.columns, pixels)
                } else {
                    vk_blocks_from_planes(
                        run.level, source + row * map.columns, plane, min(channelsPerBlock, map.channels - first),
                        map.columns, pixels)
                }
            }
        }
    }
}

/// Lays a tensor out as [N, C, rows, columns] again.
struct PlanesFromBlocks: BlockedStep {
    let map: BlockedMap
    let tensor: String

    var unitCount: Int { 1 }

    func run(unit: Int, in run: BlockedRun) throws {
        let shape: Shape = [map.images, map.channels, map.rows, map.columns]
        let plane = map.pixelCount
        let values = [Float](unsafeUninitializedCapacity: shape.count) { elements, count in
            count = shape.count
            guard let elements = elements.baseAddress else { return }
            for image in 0..<map.images {
                for block in 0..<map.blockCount {
                    let first = block * channelsPerBlock
                    let target = elements + (image * map.channels + first) * plane
                    let channels = min(channelsPerBlock, map.channels - first)
                    if map.isDense {
                        vk_planes_from_blocks(
                            run.level, run.pointer(map, image: image, block: block), channels, plane, plane, target)
                    } else {
                        for row in 0..<map.rows {
                            vk_planes_from_blocks(
                                run.level, run.pointer(map, image: image, block: block, row: row), channels,
                                map.columns, plane, target + row * map.columns)
                        }
                    }
                }
            }
        }
        run.values[tensor] = .real(Tensor(shape, values))
    }
}

/// Writes the zeros around the maps of a buffer that others have used.
struct ClearBorder: BlockedStep {
    let buffer: Int
    let layout: BlockedLayout

    /// A unit is a block.
    var unitCount: Int { layout.images * layout.blocks }

    func run(unit: Int, in run: BlockedRun) {
        let border = layout.border
        let (left, right) = (border.left * layout.lanes, border.right * layout.lanes)
        let start = run.buffers[buffer] + unit * layout.blockStride
        start.update(repeating: 0, count: border.top * layout.rowStride)
        for row in border.top..<border.top + layout.rows {
            (start + row * layout.rowStride).update(repeating: 0, count: left)
            (start + (row + 1) * layout.rowStride - right).update(repeating: 0, count: right)
        }
        (start + (border.top + layout.rows) * layout.rowStride)
            .update(repeating: 0, count: border.bottom * layout.rowStride)
    }
}

/// Copies channels of one tensor to any place among those of another.
struct CopyChannels: BlockedStep {
    let source: BlockedMap
    /// The first channel to copy.
    let from: Int
    let count: Int
    let target: BlockedMap
    let to: Int

    /// A unit is an image.
    var unitCount: Int { source.images }

    func run(unit image: Int, in run: BlockedRun) {
        var copied = 0
        while copied < count {
            // As many channels as lie in one block on either side.
            let (read, written) = (from + copied, to + copied)
            let (readLane, writtenLane) = (read % channelsPerBlock, written % channelsPerBlock)
            let lanes = min(count - copied, channelsPerBlock - max(readLane, writtenLane))
            for row in 0..<source.rows {
                var pixel = UnsafePointer(
                    run.pointer(source, image: image, block: read / channelsPerBlock, row: row) + readLane)
                var place =
                    run.pointer(target, image: image, block: written / channelsPerBlock, row: row) + writtenLane
                for _ in 0..<source.columns {
                    place.update(from: pixel, count: lanes)
                    pixel += channelsPerBlock
                    place += channelsPerBlock
                }
            }
            copied += lanes
        }
    }
}
