/// Why an image file could not be read or written.
public enum ImageError: Error, Equatable {
    /// The file is missing or the system does not give its bytes.
    case unreadable(file: String, what: String)

    /// The first bytes are neither those of a JPEG nor those of a PNG.
    case unknownFormat(file: String, what: String)

    /// The decoder gave up: a truncated, corrupt or unsupported file.
    case damaged(file: String, what: String)

    /// The file declares more pixels than the caller allows; nothing was allocated for them.
    case tooLarge(file: String, width: Int, height: Int, maximumPixels: Int)

    case unwritable(file: String, what: String)
}

extension ImageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let file, let what): "\(file): cannot be read: \(what)"
        case .unknownFormat(let file, let what): "\(file): neither JPEG nor PNG: \(what)"
        case .damaged(let file, let what): "\(file): damaged image: \(what)"
        case .tooLarge(let file, let width, let height, let maximumPixels):
            "\(file): \(width) x \(height) pixels are more than the \(maximumPixels) allowed"
        case .unwritable(let file, let what): "\(file): cannot be written: \(what)"
        }
    }
}
