/// Why a tensor could not be made or read.
public enum TensorError: Error, Equatable {
    case badShape([Int], reason: String)
    case badNPY(reason: String)
}

extension TensorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badShape(let dimensions, let reason): "shape \(dimensions): \(reason)"
        case .badNPY(let reason): "not a .npy file that can be read: \(reason)"
        }
    }
}
