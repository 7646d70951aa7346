/// Numbers that start on a cache line, so that no vector of 16 straddles two.
final class AlignedNumbers: @unchecked Sendable {
    // Sendable because only one owner knows the object while it is written.
    let start: UnsafeMutablePointer<Float>
    let count: Int

    /// Uninitialised numbers.
    init(count: Int) {
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
        start = bytes.bindMemory(to: Float.self, capacity: count)
        self.count = count
    }

    convenience init(_ numbers: [Float]) {
        self.init(count: numbers.count)
        _ = UnsafeMutableBufferPointer(start: start, count: count).initialize(from: numbers)
    }

    deinit {
        UnsafeMutableRawPointer(start).deallocate()
    }
}
