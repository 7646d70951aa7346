extension FixedWidthInteger {
    /// The integer in these bytes, lowest byte first.
    ///
    /// - Precondition: the number of bytes is the integer's size.
    @inlinable
    package init(littleEndianBytes bytes: some Collection<UInt8>) {
        precondition(bytes.count == MemoryLayout<Self>.size, "\(bytes.count) bytes for \(Self.self)")
        self = withUnsafeTemporaryAllocation(of: Self.self, capacity: 1) { number in
            UnsafeMutableRawBufferPointer(number).copyBytes(from: bytes)
            return Self(littleEndian: number[0])
        }
    }

    /// Its bytes, lowest first.
    @inlinable
    package var littleEndianBytes: [UInt8] {
        Swift.withUnsafeBytes(of: littleEndian) { [UInt8]($0) }
    }
}

extension [UInt8] {
    /// The bytes of integers, each lowest byte first.
    @inlinable
    package init(littleEndian numbers: [some FixedWidthInteger]) {
        self = numbers.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) }
    }
}

extension Array where Element: FixedWidthInteger {
    /// Integers from their bytes, each lowest byte first; nil if the number of bytes does not fit.
    @inlinable
    package init?(_ count: Int, littleEndianBytes bytes: some Collection<UInt8>) {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.size)
        guard !overflow, bytes.count == size else { return nil }
        self.init(unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            for index in 0..<count { buffer[index] = Element(littleEndian: buffer[index]) }
            initialized = count
        }
    }
}
