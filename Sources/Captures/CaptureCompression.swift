/// How a capture's elements are stored. It does not change the values that are read, and every reader of HDF5 reads each.
public enum CaptureCompression: String, Sendable, CaseIterable {
    case none
    /// Deflate after the bytes of one significance have been brought together, with a search for runs of one byte alone,
    /// and only of bytes among which one is frequent, as in the exponents of rectified numbers; elements without such
    /// bytes are stored as they are. What networks compute becomes a tenth or two longer than with ``zlib``, in a part
    /// of the time.
    case fast
    /// Deflate, after the same.
    case zlib

    /// Of zlib. What networks compute becomes no more than a fiftieth shorter at 6, which takes twice as long.
    static let level: UInt32 = 1
}
