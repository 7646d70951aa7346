import Conformance
import Detection

/// A frame that should have been compared and was not.
package struct UnjudgedFrame: Sendable, Codable, Equatable {
    package enum Cause: String, Sendable, Codable {
        /// The file does not exist, or may not be read.
        case unreadable
        /// The image has more pixels than allowed.
        case tooLarge = "too_large"
        /// The file is not a decodable image.
        case damaged
        /// The frame exists, but the list of faces does not name it.
        case notListed = "not_listed"
        /// The list of faces gives the image another size.
        case otherSize = "other_size"
        /// A network answered NaN or infinity, which is the fault of what is judged.
        case notFinite = "not_finite"
    }

    package let file: String
    package let cause: Cause
    package let reason: String

    package init(file: String, cause: Cause, reason: String) {
        self.file = file
        self.cause = cause
        self.reason = reason
    }
}

extension UnjudgedFrame {
    /// The reason names no directory, so that it does not depend on the frames' location.
    package init(file: String, _ error: ImageError) {
        let cause: Cause =
            switch error {
            case .unreadable, .unwritable: .unreadable
            case .tooLarge: .tooLarge
            case .unknownFormat, .damaged: .damaged
            }
        self.init(file: file, cause: cause, reason: error.reason)
    }
}
