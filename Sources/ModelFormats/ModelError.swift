import Files
import NetworkGraph

/// Why a model file could not be read or written.
public enum ModelError: Error, Equatable {
    case unreadable(file: String, reason: String)
    /// The file breaks its format's rules.
    case malformed(file: String, reason: String)
    /// The file may be valid, but its kind is not supported; the reason says what is.
    case unsupported(file: String, reason: String)
    case unsupportedOperator(file: String, node: String, operator: String, reason: String)
    case badAttribute(file: String, node: String, operator: String, attribute: String, reason: String)
    case badGraph(file: String, GraphError)
    case badOpenFace(file: String, OpenFaceError)

    /// - Parameter file: the model being read; the unreadable file may be a part of it.
    init(_ error: FileReadingError, file: String) {
        self =
            error.isTooLarge
            ? .unsupported(file: file, reason: error.reason) : .unreadable(file: file, reason: error.reason)
    }
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        case .malformed(let file, let reason), .unsupported(let file, let reason): "\(file): \(reason)"
        case .unsupportedOperator(let file, let node, let name, let reason):
            "\(file): node \"\(node)\": operator \(name) \(reason)"
        case .badAttribute(let file, let node, let name, let attribute, let reason):
            "\(file): node \"\(node)\" (\(name)): attribute \"\(attribute)\" \(reason)"
        case .badGraph(let file, let error): "\(file): \(error)"
        case .badOpenFace(let file, let error): "\(file): \(error)"
        }
    }
}
