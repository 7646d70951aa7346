/// Elements in deflate's format (RFC 1950 and 1951) as HDF5's filters shuffle and deflate store them, made fast.
///
/// The lowest bytes of all elements come first, then the next, and so on. Each stretch of them is one block: as it is, or
/// each byte by Huffman's code of that stretch. There is no search for repeats, which takes most of zlib's time and finds
/// few in numbers.
enum BytePlanes {
    /// As many bytes as a block may hold that is left as it is.
    private static let bytesOfBlock = 65_535

    /// - Parameters:
    ///   - elements: their bytes, one element after another.
    ///   - size: the bytes of an element.
    static func deflated(_ elements: [UInt8], elementSize size: Int) -> [UInt8] {
        let count = elements.count / size
        let blocks = size * (count / bytesOfBlock + 1)
        return elements.withUnsafeBytes { elements in
            // A block is never longer than its bytes, its header and what a writer of bits may touch beyond.
            [UInt8](unsafeUninitializedCapacity: elements.count + blocks * 8 + 64) { stream, written in
                var bits = BitWriter(into: UnsafeMutableRawBufferPointer(stream))
                bits.put(byte: 0x78)
                bits.put(byte: 0x01)
                var checksum = Adler32()
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytesOfBlock) { block in
                    for plane in 0..<size {
                        for first in stride(from: 0, to: count, by: bytesOfBlock) {
                            let length = min(bytesOfBlock, count - first)
                            let own = UnsafeMutableBufferPointer(rebasing: block[..<length])
                            gather(elements[(first * size + plane)...], step: size, into: own)
                            checksum.add(UnsafeBufferPointer(own))
                            bits.put(
                                block: UnsafeBufferPointer(own), isLast: plane == size - 1 && first + length == count)
                        }
                    }
                }
                bits.fillByte()
                for shift in [24, 16, 8, 0] { bits.put(byte: UInt8(truncatingIfNeeded: checksum.value >> shift)) }
                written = bits.count
            }
        }
    }
}

/// Every so-manieth byte.
private func gather(_ bytes: Slice<UnsafeRawBufferPointer>, step: Int, into block: UnsafeMutableBufferPointer<UInt8>) {
    let bytes = UnsafeRawBufferPointer(rebasing: bytes)
    guard let source = bytes.baseAddress, let target = block.baseAddress else { return }
    func copy(step: Int) {
        var place = 0
        for index in 0..<block.count {
            target[index] = source.load(fromByteOffset: place, as: UInt8.self)
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

/// RFC 1950's checksum.
private struct Adler32 {
    private static let modulus: UInt32 = 65_521
    private var sum: UInt32 = 1
    private var sumOfSums: UInt32 = 0

    var value: UInt32 { sumOfSums << 16 | sum }

    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        // So many steps at once that nothing overflows, in lanes.
        let step = 32
        var place = 0
        while place < bytes.count {
            let end = min(place + 4096, bytes.count)
            var (sum, sumOfSums) = (sum, sumOfSums)
            while place + step <= end {
                var (own, weighted): (UInt32, UInt32) = (0, 0)
                for index in 0..<step {
                    let byte = UInt32(bytes[place &+ index])
                    own &+= byte
                    weighted &+= byte &* UInt32(truncatingIfNeeded: step &- index)
                }
                sumOfSums &+= sum &* UInt32(step) &+ weighted
                sum &+= own
                place += step
            }
            while place < end {
                sum &+= UInt32(bytes[place])
                sumOfSums &+= sum
                place += 1
            }
            (self.sum, self.sumOfSums) = (sum % Self.modulus, sumOfSums % Self.modulus)
        }
    }
}

/// Writes bits, the lowest of a byte first.
private struct BitWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    init(into bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    /// - Parameter length: no more than 32.
    @inline(__always)
    mutating func put(_ value: UInt32, _ length: UInt32) {
        pending |= UInt64(value) << pendingCount
        pendingCount += UInt64(length)
        guard pendingCount >= 32 else { return }
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: pending).littleEndian, toByteOffset: count, as: UInt32.self)
        count += 4
        pending >>= 32
        pendingCount -= 32
    }

    /// The codes of a block's bytes, each with its length above 16 bits.
    ///
    /// After each three, whole bytes are written without asking how many there are, which no processor could foresee.
    mutating func put(_ block: UnsafeBufferPointer<UInt8>, by entries: UnsafeBufferPointer<UInt32>) {
        var (pending, pendingCount, count) = (pending, pendingCount, count)
        func write() {
            bytes.storeBytes(of: pending.littleEndian, toByteOffset: count, as: UInt64.self)
            let written = pendingCount &>> 3
            count &+= Int(truncatingIfNeeded: written)
            pending &>>= written &* 8
            pendingCount &= 7
        }
        func add(_ byte: UInt8) {
            let entry = entries[Int(byte)]
            pending |= UInt64(entry & 0xFFFF) &<< pendingCount
            pendingCount &+= UInt64(entry &>> 16)
        }
        write()
        var index = 0
        while index &+ 3 <= block.count {
            add(block[index])
            add(block[index &+ 1])
            add(block[index &+ 2])
            write()
            index &+= 3
        }
        while index < block.count {
            add(block[index])
            index &+= 1
        }
        write()
        (self.pending, self.pendingCount, self.count) = (pending, pendingCount, count)
    }

    mutating func put(byte: UInt8) { put(UInt32(byte), 8) }

    /// Zeros up to the end of a byte, after which all is written.
    mutating func fillByte() {
        pendingCount = (pendingCount + 7) & ~7
        while pendingCount > 0 {
            bytes[count] = UInt8(truncatingIfNeeded: pending)
            count += 1
            pending >>= 8
            pendingCount -= 8
        }
    }

    // MARK: Blocks

    mutating func put(block: UnsafeBufferPointer<UInt8>, isLast: Bool) {
        if block.count > 258, block.allSatisfy({ $0 == block[0] }) {
            putRepeated(block[0], block.count, isLast: isLast)
        } else if let code = HuffmanCode(for: block) {
            put(isLast ? 1 : 0, 1)
            put(2, 2)
            code.put(block, into: &self)
        } else {
            putAsItIs(block, isLast: isLast)
        }
    }

    private mutating func putAsItIs(_ block: UnsafeBufferPointer<UInt8>, isLast: Bool) {
        put(isLast ? 1 : 0, 1)
        put(0, 2)
        fillByte()
        put(UInt32(block.count), 16)
        put(~UInt32(block.count) & 0xFFFF, 16)
        fillByte()
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: UnsafeRawBufferPointer(block))
        count += block.count
    }

    /// One byte, and then the one before it so many times, by the code that is fixed.
    private mutating func putRepeated(_ byte: UInt8, _ total: Int, isLast: Bool) {
        put(isLast ? 1 : 0, 1)
        put(1, 2)
        let literal = byte < 144 ? (UInt32(byte) + 0x30, 8 as UInt32) : (UInt32(byte) + 0x100, 9)
        // Length 258, which is code 285, at distance 1, which is code 0.
        let repeats = (total - 1) / 258
        for _ in 0..<total - repeats * 258 { put(HuffmanCode.reversed(literal.0, literal.1), literal.1) }
        for _ in 0..<repeats { put(HuffmanCode.reversed(0xC5, 8), 13) }
        put(0, 7)
    }
}

/// Huffman's code for the bytes of a block and its end.
private struct HuffmanCode {
    private static let end = 256
    private static let longest = 15
    /// A block is coded if that makes it shorter by a sixteenth.
    private static let leastGain = 16

    /// The lengths of the codes in bits; 0 for what does not occur.
    private var lengths: [UInt32]
    /// The codes, their first bit lowest.
    private var codes = [UInt32](repeating: 0, count: end + 1)

    /// - Returns: nil if the block would hardly become shorter.
    init?(for block: UnsafeBufferPointer<UInt8>) {
        // What a few of the bytes show spares most blocks the counting of all.
        let stride = block.count / 4096
        guard stride < 2 || Self.isWorthCoding(Self.counts(of: block, stride: stride)) else { return nil }
        var counts = Self.counts(of: block, stride: 1)
        counts.append(1)
        lengths = Self.lengths(for: counts)
        let bits = zip(counts, lengths).reduce(0) { $0 + $1.0 * Int($1.1) } + Self.headerBits
        guard bits < block.count * 8 * (Self.leastGain - 1) / Self.leastGain else { return nil }
        var code: UInt32 = 0
        for length in 1...UInt32(Self.longest) {
            for symbol in lengths.indices where lengths[symbol] == length {
                codes[symbol] = Self.reversed(code, length)
                code += 1
            }
            code <<= 1
        }
    }

    static func reversed(_ code: UInt32, _ length: UInt32) -> UInt32 {
        var (code, reversed): (UInt32, UInt32) = (code, 0)
        for _ in 0..<length {
            reversed = reversed << 1 | code & 1
            code >>= 1
        }
        return reversed
    }

    private static func counts(of block: UnsafeBufferPointer<UInt8>, stride: Int) -> [Int] {
        // Two counters for each byte: equal neighbours would wait for each other.
        var counts = [Int](repeating: 0, count: 512)
        counts.withUnsafeMutableBufferPointer { counts in
            var index = 0
            while index &+ stride < block.count {
                counts[Int(block[index])] &+= 1
                counts[256 &+ Int(block[index &+ stride])] &+= 1
                index &+= 2 &* stride
            }
            if index < block.count { counts[Int(block[index])] += 1 }
        }
        return (0..<256).map { counts[$0] + counts[256 + $0] }
    }

    /// Whether the most frequent bytes are so frequent that a code becomes shorter: the sum of squares of shares is 1/256
    /// where all are as frequent, and 1/256 of twice that where only half occur.
    private static func isWorthCoding(_ counts: [Int]) -> Bool {
        let all = counts.reduce(0, +)
        return counts.reduce(0) { $0 + $1 * $1 } * 256 > all * all * 5 / 4
    }

    /// The codes' lengths by Huffman's algorithm; if one is too long, of flatter counts.
    private static func lengths(for counts: [Int]) -> [UInt32] {
        var counts = counts
        while true {
            let lengths = unlimitedLengths(for: counts)
            if lengths.allSatisfy({ $0 <= longest }) { return lengths }
            counts = counts.map { ($0 + 1) / 2 }
        }
    }

    /// From the least frequent two on, the nodes are joined: those that are joined come in rising order too, so that two
    /// queues suffice.
    private static func unlimitedLengths(for counts: [Int]) -> [UInt32] {
        let leaves = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$0], $0) < (counts[$1], $1) }
        var weights = leaves.map { counts[$0] }
        var parents = [Int](repeating: 0, count: leaves.count)
        var (leaf, joined) = (0, leaves.count)
        func takesLeaf() -> Bool {
            leaf < leaves.count && (joined == weights.count || weights[leaf] <= weights[joined])
        }
        while weights.count < 2 * leaves.count - 1 {
            var weight = 0
            for _ in 0..<2 {
                let node = takesLeaf() ? leaf : joined
                if node < leaves.count { leaf += 1 } else { joined += 1 }
                parents[node] = weights.count
                weight += weights[node]
            }
            weights.append(weight)
            parents.append(0)
        }
        var depths = [UInt32](repeating: 0, count: weights.count)
        for node in (0..<weights.count - 1).reversed() { depths[node] = depths[parents[node]] + 1 }
        var lengths = [UInt32](repeating: 0, count: counts.count)
        for (node, symbol) in leaves.enumerated() { lengths[symbol] = depths[node] }
        return lengths
    }

    /// 5 + 5 + 4 bits of counts, 19 lengths of 3 bits, 258 lengths of 4 bits.
    private static let headerBits = 14 + 19 * 3 + 258 * 4

    func put(_ block: UnsafeBufferPointer<UInt8>, into bits: inout BitWriter) {
        // 257 codes of bytes and the end, 1 code of distances, and the lengths of all 19 codes of lengths.
        bits.put(0, 5)
        bits.put(0, 5)
        bits.put(15, 4)
        // In the order of RFC 1951: 16, 17, 18 do not occur; each length from 0 to 15 has 4 bits.
        for symbol in 0..<19 { bits.put(symbol < 3 ? 0 : 4, 3) }
        for length in lengths { bits.put(Self.reversed(length, 4), 4) }
        // A single code of distances without a length: there are no distances.
        bits.put(0, 4)
        // A code and its length beside each other.
        let entries = zip(codes, lengths).map { $0 | $1 << 16 }
        entries.withUnsafeBufferPointer { entries in bits.put(block, by: entries) }
        bits.put(codes[Self.end], lengths[Self.end])
    }
}
