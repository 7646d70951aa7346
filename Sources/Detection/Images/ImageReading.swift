/// How image files are read: the size limit, and whether they are turned upright.
public struct ImageReading: Hashable, Sendable {
    /// The most pixels that an image may have: 300 MB of RGB.
    public static let defaultMaximumPixels = 100_000_000

    /// The most pixels that an image may have.
    public var maximumPixels: Int

    public var orientation: Orientation

    /// How to treat an EXIF orientation.
    public enum Orientation: Sendable {
        /// The image is turned upright, as OpenCV's `imread` does.
        case applied
        /// The pixels stay as they are stored, as for libjpeg and Pillow.
        case ignored
    }

    public init(maximumPixels: Int = defaultMaximumPixels, orientation: Orientation = .applied) {
        self.maximumPixels = maximumPixels
        self.orientation = orientation
    }
}
