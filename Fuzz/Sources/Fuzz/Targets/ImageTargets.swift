@testable import Detection

extension FuzzTarget {
    static let jpeg = image("jpeg", [0xFF, 0xD8, 0xFF])
    static let png = image("png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])

    /// Any bytes behind a format's signature, as an image of at most a million pixels.
    private static func image(_ name: String, _ signature: [UInt8]) -> FuzzTarget {
        FuzzTarget(name) { bytes in
            let whole = bytes.starts(with: signature) ? bytes : signature + bytes
            let image = try DecodedImage(bytes: whole, file: "fuzz", as: ImageReading(maximumPixels: 1_000_000))
            require(image.pixels.count == 3 * image.width * image.height, "an image has three bytes a pixel")
        }
    }
}
