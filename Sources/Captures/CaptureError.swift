import Tensors

/// Why a capture could not be read or written.
public enum CaptureError: Error, Equatable {
    case missing(file: String)
    case unreadable(file: String, reason: String)
    case malformed(file: String, place: String, reason: String)
    case stale(file: String, reason: String)
    case unwritable(file: String, reason: String)
    /// Not the file's fault: no process to read it can be started.
    case notRead(file: String, reason: String)
}

extension CaptureError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let file): "\(file): no such file, or it may not be read"
        case .unreadable(let file, let reason): "\(file): cannot be read as a capture: \(reason)"
        case .malformed(let file, let place, let reason): "\(file): \(place): \(reason)"
        case .stale(let file, let reason): "\(file): is stale: \(reason)"
        case .unwritable(let file, let reason): "\(file): the capture cannot be written: \(reason)"
        case .notRead(let file, let reason): "\(file): the capture was not read: \(reason)"
        }
    }
}
