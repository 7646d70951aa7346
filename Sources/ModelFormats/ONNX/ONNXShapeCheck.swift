import NetworkGraph
import Tensors

/// Checks an ONNX file's declared shapes of outputs and inner tensors against those that follow from the inputs.
///
/// Open extents of the inputs are tried with two values: results equal for both do not depend on them. If the graph
/// does not accept such inputs, nothing is reported.
struct ONNXShapeCheck {
    private let proto: ONNXGraphProto
    private let graph: Graph
    private let file: String

    init(_ proto: ONNXGraphProto, _ graph: Graph, file: String) {
        (self.proto, self.graph, self.file) = (proto, graph, file)
    }

    /// Values for open extents.
    private static let trials = [96, 113]

    /// - Throws: ``ModelError`` at the first tensor whose shape differs from the declared one.
    func check() throws(ModelError) {
        let constants = proto.input.filter { graph.initializers[$0.name] != nil }
        let declared = [("input", constants), ("output", proto.output), ("tensor", proto.valueInfo)].flatMap {
            role, list in
            list.filter(\.type.tensorType.hasShape).map { (role, $0) }
        }
        guard !declared.isEmpty else { return }
        let isOpen = graph.inputs.contains { $0.dimensions.contains { if case .symbolic = $0 { true } else { false } } }
        let inferred = (isOpen ? Self.trials : [1]).compactMap(types)
        guard inferred.count == (isOpen ? Self.trials.count : 1), let first = inferred.first, let last = inferred.last
        else { return }
        for (role, value) in declared {
            guard let one = first[value.name]?.shape, let other = last[value.name]?.shape else { continue }
            let extents = value.type.tensorType.shape.dim.map { $0.value }
            let fits =
                extents.count == one.rank
                && zip(extents, zip(one.dimensions, other.dimensions)).allSatisfy { extent, found in
                    // Some files write 0 or -1 for an open extent.
                    if case .dimValue(let wanted)? = extent, wanted > 0, found.0 == found.1 {
                        Int(clamping: wanted) == found.0
                    } else {
                        true
                    }
                }
            guard !fits else { continue }
            let words = extents.map { extent in
                switch extent {
                case .dimValue(let number)?: "\(number)"
                case .dimParam(let name)?: name
                case nil: "?"
                }
            }
            throw .malformed(
                file: file,
                reason: "\(role) \"\(value.name)\" is declared with shape [\(words.joined(separator: ", "))], but has "
                    + (one == other ? "\(one)" : "\(one) where open extents are \(Self.trials[0])"))
        }
    }

    /// The types of all tensors, with the same value for every open extent.
    private func types(extent: Int) -> [String: TensorType]? {
        var shapes = [String: Shape]()
        for input in graph.inputs {
            let extents = input.dimensions.map { dimension in
                if case .fixed(let fixed) = dimension { fixed } else { extent }
            }
            shapes[input.name] = try? Shape(checking: extents)
        }
        return try? graph.tensorTypes(for: shapes)
    }
}
