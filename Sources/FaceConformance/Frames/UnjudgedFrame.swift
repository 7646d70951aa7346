import Conformance
import Detection

/// A frame that was to be compared and was not.
public struct UnjudgedFrame: Sendable, Codable, Equatable {
    public enum Cause: String, Sendable, Codable {
        /// There is no such file, or it may not be read.
        case unreadable
        /// The image has more pixels than are allowed.
        case tooLarge = "too_large"
        /// The file is no image that can be decoded.
        case damaged
        /// The frame is there, and the list of faces does not name it.
        case notListed = "not_listed"
        /// The list of faces says that the image has another size.
        case otherSize = "other_size"
        /// A network answered NaN or an infinity, which is a fault of what is judged.
        case notFinite = "not_finite"
    }

    public let file: String
    public let cause: Cause
    public let reason: String

    public init(file: String, cause: Cause, reason: String) {
        self.file = file
        self.cause = cause
        self.reason = reason
    }
}

extension UnjudgedFrame {
    /// The reason names no directory: it is the same wherever the frames lie.
    public init(file: String, _ error: ImageError) {
        let cause: Cause =
            switch error {
            case .unreadable, .unwritable: .unreadable
            case .tooLarge: .tooLarge
            case .unknownFormat, .damaged: .damaged
            }
        self.init(file: file, cause: cause, reason: error.reason)
    }
}

extension [UnjudgedFrame] {
    /// The frames on which a network answered NaN or an infinity.
    public var notFiniteCount: Double { Double(count { $0.cause == .notFinite }) }
}
