import CPNG

extension DecodedImage {
    /// Decodes any PNG to 8-bit RGB: palette and gray expanded, alpha dropped, the low byte of 16 bits dropped.
    init(png bytes: [UInt8], file: String, maximumPixels: Int) throws(ImageError) {
        var width: UInt32 = 0
        var height: UInt32 = 0
        if let failure = readPNG(bytes, &width, &height, into: nil) {
            throw .damaged(file: file, what: failure)
        }
        try Self.check(width: Int(width), height: Int(height), file: file, maximumPixels: maximumPixels)

        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * 3)
        let failure = pixels.withUnsafeMutableBufferPointer { buffer in
            readPNG(bytes, &width, &height, into: buffer.baseAddress)
        }
        if let failure {
            throw .damaged(file: file, what: failure)
        }
        self.init(width: Int(width), height: Int(height), pixels: pixels)
    }

    func encodedPNG(file: String) throws(ImageError) -> [UInt8] {
        var description = png_image()
        description.version = png_uint_32(PNG_IMAGE_VERSION)
        description.width = png_uint_32(width)
        description.height = png_uint_32(height)
        description.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        defer { png_image_free(&description) }

        var count = 0
        guard png_image_write_to_memory(&description, nil, &count, 0, pixels, 0, nil) != 0 else {
            throw .unwritable(file: file, what: message(of: description))
        }
        var encoded = [UInt8](repeating: 0, count: count)
        guard png_image_write_to_memory(&description, &encoded, &count, 0, pixels, 0, nil) != 0 else {
            throw .unwritable(file: file, what: message(of: description))
        }
        return Array(encoded.prefix(count))
    }
}

/// - Returns: libpng's message, or nil on success.
private func readPNG(
    _ bytes: [UInt8], _ width: inout UInt32, _ height: inout UInt32, into pixels: UnsafeMutablePointer<UInt8>?
) -> String? {
    bytes.withUnsafeBufferPointer { buffer in
        var source = png_memory_source()
        source.bytes = buffer.baseAddress
        source.count = buffer.count
        guard png_read_rgb(&source, &width, &height, pixels) == 0 else { return nil }
        return withUnsafeBytes(of: source.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

private func message(of description: png_image) -> String {
    withUnsafeBytes(of: description.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
