/// An image as the detector sees it: 8-bit red, green and blue, row by row from the top left.
public struct DecodedImage: Equatable, Sendable {
    public let width: Int
    public let height: Int

    /// `width * height` pixels of three bytes each.
    public var pixels: [UInt8] {
        didSet { precondition(pixels.count == width * height * 3, "an image keeps its number of pixels") }
    }

    /// - Precondition: there are three bytes for each pixel.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width) x \(height) pixels")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
