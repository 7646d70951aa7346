/// Why an image file could not be read or written.
public enum ImageError: Error, Equatable {
    /// The file is missing or the system denies access to it.
    case unreadable(file: String, what: String)

    /// The first bytes are neither a JPEG's nor a PNG's.
    case unknownFormat(file: String, what: String)

    /// The decoder failed: a truncated, corrupt or unsupported file.
    case damaged(file: String, what: String)

    /// The file declares more pixels than the caller allows; nothing was allocated for them.
    case tooLarge(file: String, width: Int, height: Int, maximumPixels: Int)

    case unwritable(file: String, what: String)
}

extension ImageError: CustomStringConvertible {
    public var description: String { "\(file): \(reason)" }

    public var file: String {
        switch self {
        case .unreadable(let file, _), .unknownFormat(let file, _), .damaged(let file, _),
            .tooLarge(let file, _, _, _), .unwritable(let file, _):
            file
        }
    }

    /// What is wrong with the file.
    public var reason: String {
        switch self {
        case .unreadable(_, let what): "cannot be read: \(what)"
        case .unknownFormat(_, let what): "neither JPEG nor PNG: \(what)"
        case .damaged(_, let what): "damaged image: \(what)"
        case .tooLarge(_, let width, let height, let maximumPixels):
            "\(width) x \(height) pixels are more than the \(maximumPixels) allowed"
        case .unwritable(_, let what): "cannot be written: \(what)"
        }
    }
}
