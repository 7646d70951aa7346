/// Why a network could not be read from, written to or computed as an OpenFace .dat file.
public enum OpenFaceError: Error, Equatable {
    /// The bytes are not a .dat file; layers are counted from 0, nil stands for the file as a whole.
    case malformed(offset: Int, layer: Int?, reason: String)

    /// A .dat file cannot hold what the graph computes.
    case notExpressible(node: String, operator: String, reason: String)

    /// A graph cannot express what the layer computes; layers are counted from 0.
    case notComputable(layer: Int, kind: String, reason: String)
}

extension OpenFaceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let offset, let layer, let reason):
            "this is not an OpenFace .dat file: \(layer.map { "layer \($0), " } ?? "")offset \(offset): \(reason)"
        case .notExpressible(let node, let name, let reason):
            "node \"\(node)\" (\(name)) \(reason), which cannot be written as .dat or .mlpackage"
        case .notComputable(let layer, let kind, let reason):
            "layer \(layer) (\(kind)) \(reason)"
        }
    }
}
