import Files
import Foundation

/// The image formats that can be read and written.
package enum ImageFormat: String, Sendable {
    case jpeg
    case png

    /// The format whose signature the bytes begin with (ITU-T T.81 B.1.1.3, PNG specification 5.2).
    init?(signature bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else {
            return nil
        }
    }

    /// The format that a file's extension asks for.
    package init?(fileExtension: String) {
        switch fileExtension.lowercased() {
        case "jpg", "jpeg": self = .jpeg
        case "png": self = .png
        default: return nil
        }
    }
}

extension DecodedImage {
    /// Reads a JPEG or PNG file, according to its first bytes.
    public init(contentsOf file: URL, as reading: ImageReading = ImageReading()) throws(ImageError) {
        let bytes: [UInt8]
        do { bytes = try readFile(file.path) } catch { throw .unreadable(file: file.path, what: error.reason) }
        try self.init(bytes: bytes, file: file.path, as: reading)
    }

    /// Decodes JPEG or PNG bytes as OpenCV's `imread(IMREAD_COLOR)` does: gray and palettes expanded, CMYK converted to
    /// RGB, alpha dropped, 16 bits reduced to the high byte, gamma not applied, and the image turned upright by its
    /// EXIF orientation unless `reading` says otherwise.
    ///
    /// - Parameter file: The name to use in errors.
    public init(bytes: [UInt8], file: String, as reading: ImageReading = ImageReading()) throws(ImageError) {
        guard let format = ImageFormat(signature: bytes) else {
            let signature = bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: " ")
            throw .unknownFormat(file: file, what: bytes.isEmpty ? "it is empty" : "it begins with \(signature)")
        }
        switch format {
        case .jpeg: try self.init(jpeg: bytes, file: file, maximumPixels: reading.maximumPixels)
        case .png: try self.init(png: bytes, file: file, maximumPixels: reading.maximumPixels)
        }
        if reading.orientation == .applied { self = turned(EXIFOrientation(declaredBy: bytes, format: format)) }
    }

    /// The bytes of a file of the given format.
    ///
    /// - Parameter quality: from 1 to 100, for a JPEG.
    /// - Throws: ``ImageError/unwritable(file:what:)`` for a size that the format cannot hold.
    package func encoded(as format: ImageFormat, file: String, quality: Int = 95) throws(ImageError) -> [UInt8] {
        switch format {
        case .jpeg: try encodedJPEG(file: file, quality: quality)
        case .png: try encodedPNG(file: file)
        }
    }

    /// Checks a declared size before anything is allocated for it.
    static func check(width: Int, height: Int, file: String, maximumPixels: Int) throws(ImageError) {
        guard width > 0, height > 0 else {
            throw .damaged(file: file, what: "it declares \(width) x \(height) pixels")
        }
        guard width <= maximumPixels / height else {
            throw .tooLarge(file: file, width: width, height: height, maximumPixels: maximumPixels)
        }
    }
}
