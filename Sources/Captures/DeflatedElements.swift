import CZlib
import Tensors

/// Elements in deflate's format (RFC 1950 and 1951), as HDF5's filters would store them, made fast.
///
/// If the bytes of one significance are often the same, the elements become planes: the lowest bytes of all elements, then
/// the next, and so on. Of planes in which one byte is frequent, zlib looks for runs of one byte alone; the others are
/// stored as they are, and so are elements without such planes, in their own order.
struct DeflatedElements {
    let bytes: [UInt8]
    /// Whether the elements became planes.
    let isShuffled: Bool

    /// - Parameters:
    ///   - elements: their bytes, one element after another: fewer than 2 GiB.
    ///   - size: the bytes of an element.
    init(_ elements: UnsafeRawBufferPointer, elementSize size: Int) {
        let frequent = (0..<size).map { Self.hasFrequentByte(elements, from: $0, step: size) }
        isShuffled = frequent.contains(true)
        bytes = isShuffled ? Self.bytes(of: elements, coding: frequent) : Self.bytes(of: elements, coding: [false])
    }

    /// Whether one byte makes up a third of a plane, by a thousand of its bytes. It is that of zeros, as a rule, and comes
    /// in runs, which are coded in little time; other planes become little shorter in much.
    private static func hasFrequentByte(_ elements: UnsafeRawBufferPointer, from first: Int, step: Int) -> Bool {
        var counts = [Int](repeating: 0, count: 1 << 8)
        var sampled = 0
        for place in stride(from: first, to: elements.count, by: step * max(elements.count / step / 1024, 1)) {
            counts[Int(elements[place])] += 1
            sampled += 1
        }
        return (counts.max() ?? 0) * 3 >= sampled
    }

    private static let header: [UInt8] = [0x78, 0x01]
    private static let lastBlock: [UInt8] = [1, 0, 0, 0xFF, 0xFF]
    private static let largestStoredBlock = 0xFFFF
    private static let checksumSize = 4

    /// - Parameter coded: for each plane, whether it is coded.
    private static func bytes(of elements: UnsafeRawBufferPointer, coding coded: [Bool]) -> [UInt8] {
        let count = elements.count / coded.count
        let blockCount = (count + largestStoredBlock - 1) / largestStoredBlock
        let largestPlane = count + blockCount * lastBlock.count
        // Without memory for it, every plane is stored as it is.
        let coder = coded.contains(true) ? RunCoder() : nil
        let room = max(largestPlane, coder?.largestSize(of: count) ?? 0)
        let capacity = header.count + coded.count * room + lastBlock.count + checksumSize
        return [UInt8](unsafeUninitializedCapacity: capacity) { target, written in
            func append(_ bytes: some Collection<UInt8>) {
                for byte in bytes {
                    target[written] = byte
                    written += 1
                }
            }
            append(header)
            var checksum = adler32(0, nil, 0)
            for (place, isCoded) in coded.enumerated() {
                if isCoded, let coder {
                    let size = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { plane in
                        gather(elements, from: place, step: coded.count, into: plane)
                        let size = coder.code(plane, into: UnsafeMutableBufferPointer(rebasing: target[written...]))
                        if size != nil { checksum = adler32(checksum, plane.baseAddress, UInt32(count)) }
                        return size
                    }
                    if let size {
                        written += size
                        continue
                    }
                }
                for first in stride(from: 0, to: count, by: largestStoredBlock) {
                    let length = UInt16(min(largestStoredBlock, count - first))
                    append([0] + length.littleEndianBytes + (~length).littleEndianBytes)
                    let block = UnsafeMutableBufferPointer(rebasing: target[written..<written + Int(length)])
                    gather(elements, from: first * coded.count + place, step: coded.count, into: block)
                    checksum = adler32(checksum, block.baseAddress, UInt32(length))
                    written += Int(length)
                }
            }
            append(lastBlock)
            append(UInt32(truncatingIfNeeded: checksum).littleEndianBytes.reversed())
        }
    }

    /// The bytes that lie a step apart, from the first one on.
    private static func gather(
        _ bytes: UnsafeRawBufferPointer, from first: Int, step: Int, into plane: UnsafeMutableBufferPointer<UInt8>
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
        case 1: copy(step: 1)
        default: copy(step: step)
        }
    }
}

/// Codes planes in blocks that refer to no byte before them, and are not the last.
private final class RunCoder {
    /// In one place: zlib refuses a stream that has moved.
    private let stream: UnsafeMutablePointer<z_stream>

    private static let level: Int32 = 1
    /// A flush ends a plane with an empty block.
    private static let flushSize = 16

    /// nil if zlib has no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let begun = deflateInit2_(
            stream, Self.level, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_RLE, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { return nil }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func largestSize(of count: Int) -> Int { Int(deflateBound(stream, UInt(count))) + Self.flushSize }

    /// - Returns: how many bytes the plane takes in the target; nil if it does not fit.
    func code(_ plane: UnsafeMutableBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        guard deflateReset(stream) == Z_OK else { return nil }
        let room = UInt32(clamping: target.count)
        stream.pointee.next_in = plane.baseAddress
        stream.pointee.avail_in = UInt32(plane.count)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = room
        guard deflate(stream, Z_SYNC_FLUSH) == Z_OK, stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 else {
            return nil
        }
        return Int(room - stream.pointee.avail_out)
    }
}
