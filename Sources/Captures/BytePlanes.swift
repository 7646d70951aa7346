import CZlib
import Tensors

/// Elements as planes of bytes: the lowest bytes of all elements, then the next, and so on.
struct BytePlanes {
    private let elements: [UInt8]
    private let size: Int
    /// Whether one byte makes up a third of each plane, by a few of its bytes. It is that of zeros, as a rule, and comes
    /// in runs, which are coded in little time; other planes become little shorter in much.
    private let hasFrequentByte: [Bool]

    /// Whether coding makes the elements much shorter.
    var isWorthCoding: Bool { hasFrequentByte.contains(true) }

    /// - Parameters:
    ///   - elements: their bytes, one element after another: fewer than 2 GiB.
    ///   - size: the bytes of an element.
    init(of elements: [UInt8], elementSize size: Int) {
        self.elements = elements
        self.size = size
        let sampling = size * max(elements.count / size / 1024, 1)
        var counts = [Int](repeating: 0, count: size << 8)
        for first in stride(from: 0, to: elements.count, by: sampling) {
            for place in 0..<size { counts[place << 8 | Int(elements[first + place])] += 1 }
        }
        hasFrequentByte = (0..<size).map { place in
            let own = counts[place << 8..<(place + 1) << 8]
            return (own.max() ?? 0) * 3 >= own.reduce(0, +)
        }
    }

    private static let level: Int32 = 1
    private static let header: [UInt8] = [0x78, 0x01]
    private static let lastBlock: [UInt8] = [1, 0, 0, 0xFF, 0xFF]
    private static let largestStoredBlock = 0xFFFF
    private static let checksumSize = 4
    /// A flush ends a plane with an empty block.
    private static let flushSize = 16

    /// The planes in deflate's format (RFC 1950 and 1951), as HDF5's filters shuffle and deflate store them, made fast:
    /// of planes in which one byte is frequent, zlib looks for runs of one byte alone; the others are stored as they are.
    ///
    /// - Returns: nil if zlib has no memory.
    func deflated() -> [UInt8]? {
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, Self.level, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_RLE, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let count = elements.count / size
        let blockCount = (count + Self.largestStoredBlock - 1) / Self.largestStoredBlock
        let largestPlane = max(
            count + blockCount * Self.lastBlock.count, Int(deflateBound(&stream, UInt(count))) + Self.flushSize)
        let capacity = Self.header.count + size * largestPlane + Self.lastBlock.count + Self.checksumSize
        var isWhole = true
        let bytes = elements.withUnsafeBufferPointer { elements in
            [UInt8](unsafeUninitializedCapacity: capacity) { target, written in
                func append(_ bytes: some Collection<UInt8>) {
                    for byte in bytes {
                        target[written] = byte
                        written += 1
                    }
                }
                append(Self.header)
                var checksum = adler32(0, nil, 0)
                for place in 0..<size where isWhole {
                    if hasFrequentByte[place] {
                        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { plane in
                            Self.gather(elements, from: place, step: size, into: plane)
                            checksum = adler32(checksum, plane.baseAddress, UInt32(count))
                            let room = UnsafeMutableBufferPointer(rebasing: target[written...])
                            let size = Self.code(plane, by: &stream, into: room)
                            isWhole = size != nil
                            written += size ?? 0
                        }
                        continue
                    }
                    for first in stride(from: 0, to: count, by: Self.largestStoredBlock) {
                        let length = UInt16(min(Self.largestStoredBlock, count - first))
                        append([0] + length.littleEndianBytes + (~length).littleEndianBytes)
                        let block = UnsafeMutableBufferPointer(rebasing: target[written..<written + Int(length)])
                        Self.gather(elements, from: first * size + place, step: size, into: block)
                        checksum = adler32(checksum, block.baseAddress, UInt32(length))
                        written += Int(length)
                    }
                }
                append(Self.lastBlock)
                append(UInt32(truncatingIfNeeded: checksum).littleEndianBytes.reversed())
            }
        }
        return isWhole ? bytes : nil
    }

    /// Codes a plane in blocks that refer to no byte before it, and are not the last.
    ///
    /// - Returns: how many bytes these are; nil if they do not fit.
    private static func code(
        _ plane: UnsafeMutableBufferPointer<UInt8>, by stream: inout z_stream,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) -> Int? {
        guard deflateReset(&stream) == Z_OK else { return nil }
        let room = UInt32(clamping: target.count)
        stream.next_in = plane.baseAddress
        stream.avail_in = UInt32(plane.count)
        stream.next_out = target.baseAddress
        stream.avail_out = room
        guard deflate(&stream, Z_SYNC_FLUSH) == Z_OK, stream.avail_in == 0, stream.avail_out > 0 else { return nil }
        return Int(room - stream.avail_out)
    }

    /// Every so-manieth byte.
    private static func gather(
        _ bytes: UnsafeBufferPointer<UInt8>, from first: Int, step: Int, into plane: UnsafeMutableBufferPointer<UInt8>
    ) {
        func copy(step: Int) {
            var place = first
            for index in plane.indices {
                plane[index] = bytes[place]
                place &+= step
            }
        }
        // A step that the compiler knows makes one loop of vectors.
        switch step {
        case 4: copy(step: 4)
        case 2: copy(step: 2)
        default: copy(step: step)
        }
    }
}
