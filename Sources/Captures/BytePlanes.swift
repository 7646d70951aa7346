import CZlib

/// Elements in deflate's format (RFC 1950 and 1951) as HDF5's filters shuffle and deflate store them, made fast.
///
/// The lowest bytes of all elements come first, then the next, and so on. Planes whose bytes are spread evenly, as those
/// of fractions are, stay as they are; in the others zlib looks for runs of one byte alone, and codes what is frequent.
enum BytePlanes {
    private static let level: Int32 = 1

    /// - Parameters:
    ///   - elements: their bytes, one element after another: fewer than 2 GiB.
    ///   - size: the bytes of an element.
    /// - Returns: nil if zlib has no memory.
    static func deflated(_ elements: [UInt8], elementSize size: Int) -> [UInt8]? {
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, level, Z_DEFLATED, MAX_WBITS, MAX_MEM_LEVEL, Z_RLE, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let count = elements.count / size
        // Each change of the level ends a block.
        let capacity = Int(deflateBound(&stream, UInt(elements.count))) + size * 64
        var isWhole = false
        let bytes = elements.withUnsafeBufferPointer { elements in
            [UInt8](unsafeUninitializedCapacity: capacity) { target, written in
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(capacity)
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { plane in
                    isWhole = (0..<size).allSatisfy { place in
                        gather(elements, from: place, step: size, into: plane)
                        guard deflateParams(&stream, isUneven(plane) ? level : Z_NO_COMPRESSION, Z_RLE) == Z_OK else {
                            return false
                        }
                        stream.next_in = plane.baseAddress
                        stream.avail_in = UInt32(count)
                        let isLast = place == size - 1
                        return deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH) == (isLast ? Z_STREAM_END : Z_OK)
                            && stream.avail_in == 0
                    }
                }
                written = isWhole ? capacity - Int(stream.avail_out) : 0
            }
        }
        return isWhole ? bytes : nil
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

    /// Whether a plane is worth coding, by a few of its bytes: whether 16 of the 256 values make up more than half.
    /// That holds for signs with exponents, and for fractions that are mostly those of zeros. Others become little shorter
    /// in much time.
    private static func isUneven(_ plane: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        let step = max(plane.count / 4096, 1)
        var counts = [Int](repeating: 0, count: 256)
        for place in stride(from: 0, to: plane.count, by: step) { counts[Int(plane[place])] += 1 }
        let most = counts.sorted(by: >).prefix(16).reduce(0, +)
        return most * 2 > counts.reduce(0, +)
    }
}
