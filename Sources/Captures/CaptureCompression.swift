/// How a capture's elements are stored. What is read from it is the same.
public enum CaptureCompression: String, Sendable, CaseIterable {
    case none
    /// Deflate, after the bytes of one significance have been brought together.
    case zlib

    /// Of zlib. What networks compute becomes no more than a fiftieth shorter at 6, which takes twice as long.
    static let level: UInt32 = 1
}
