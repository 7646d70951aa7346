/// Numbers that begin on a cache line, so that no vector of 16 lies on two.
final class AlignedNumbers: @unchecked Sendable {
    // Sendable because whoever writes is the only one who knows the object.
    let start: UnsafeMutablePointer<Float>
    let count: Int

    /// Numbers that are not initialized.
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
