/// How a capture's elements are stored. It does not change the values that are read.
public enum CaptureCompression: String, Sendable, CaseIterable {
    case none
    /// Deflate, after the bytes of one significance have been brought together.
    case zlib

    /// Of zlib. What networks compute becomes no more than a fiftieth shorter at 6, which takes twice as long.
    static let level: UInt32 = 1
}
