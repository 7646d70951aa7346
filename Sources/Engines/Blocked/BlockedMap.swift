import VectorKernels

/// Where the maps of a tensor [N, C, rows, columns] lie in a buffer: blocks of 16 channels, [image][block][row][column]
/// [channel of the block], with a border of zeros around each block's plane. An image that only convolutions read is one
/// block of 3 channels.
///
/// In a last block that is not full, the channels beyond have no meaning.
struct BlockedMap: Sendable {
    /// The buffer's place among those of the plan.
    let buffer: Int
    /// The first block's place among those of an image in the buffer.
    let firstBlock: Int
    let images: Int
    let channels: Int
    let rows: Int
    let columns: Int
    let layout: BlockedLayout

    var blockCount: Int { blocks(of: channels) }
    var pixelCount: Int { rows * columns }
    /// From a pixel to the next.
    var pixelStride: Int { layout.lanes }
    var rowStride: Int { layout.rowStride }
    var blockStride: Int { layout.blockStride }
    var imageStride: Int { layout.imageStride }

    /// Whether the rows of a block follow each other without a border.
    var isDense: Bool { layout.border == .none }

    /// The first pixel of an image's block, from the buffer's start.
    func start(image: Int, block: Int = 0, row: Int = 0) -> Int {
        image * imageStride + (firstBlock + block) * blockStride + (layout.border.top + row) * rowStride
            + layout.border.left * layout.lanes
    }
}

/// The layout of a buffer.
struct BlockedLayout: Sendable, Equatable {
    let images: Int
    let blocks: Int
    let rows: Int
    let columns: Int
    let border: MapBorder
    /// The channels of a block.
    let lanes: Int

    var rowStride: Int { (columns + border.left + border.right) * lanes }
    var blockStride: Int { (rows + border.top + border.bottom) * rowStride }
    var imageStride: Int { blocks * blockStride }
    var count: Int { images * imageStride }
}

/// The zeros around a map that the windows of its readers reach, in rows and columns.
struct MapBorder: Sendable, Equatable {
    var top = 0
    var left = 0
    var bottom = 0
    var right = 0

    static let none = MapBorder()

    mutating func grow(to other: MapBorder) {
        top = max(top, other.top)
        left = max(left, other.left)
        bottom = max(bottom, other.bottom)
        right = max(right, other.right)
    }
}

/// The number of blocks that hold so many channels.
func blocks(of channels: Int) -> Int { (channels + channelsPerBlock - 1) / channelsPerBlock }
