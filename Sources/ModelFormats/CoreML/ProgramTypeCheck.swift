import NetworkGraph
import Tensors

/// Checks a program's declared types against those that follow from its operations.
struct ProgramTypeCheck {
    private let graph: Graph
    private let declared: [String: ProgramType]

    /// The outputs of operations whose constants may have another precision than they compute in.
    private let mixing: Set<String>

    init(_ graph: Graph, _ declared: [String: ProgramType], mixing: Set<String>) {
        self.graph = graph
        self.declared = declared
        self.mixing = mixing
    }

    /// - Parameter defaultShapes: of the inputs.
    /// - Throws: ``ProgramFault`` at the first mismatch.
    func check(defaultShapes: [String: [Int]]) throws(ProgramFault) {
        let inferred: [String: TensorType]
        do {
            inferred = try graph.tensorTypes(for: defaultShapes.mapValues { try Shape(checking: $0) })
        } catch {
            throw ProgramFault("program: \(error)")
        }
        for node in graph.nodes {
            for output in node.outputs {
                guard let type = declared[output], let actual = inferred[output] else { continue }
                let kind: TensorType.Kind =
                    switch type.element {
                    case .bool: .boolean
                    case .float16, .float32: .real
                    default: .integer
                    }
                guard kind == actual.kind, type.dimensions.count == actual.shape.rank,
                    zip(type.dimensions, actual.shape.dimensions).allSatisfy({ $0 == nil || $0 == $1 })
                else {
                    throw ProgramFault(
                        "operation \"\(output)\": declared as \(type), but gives a \(actual.kind.rawValue) \(actual.shape)"
                    )
                }
            }
            try checkPrecision(of: node)
        }
    }

    /// All floating-point operands of an operation and its result have one type; only a cast changes it. Constants of
    /// some operations are exempt.
    private func checkPrecision(of node: Node) throws(ProgramFault) {
        guard node.operator as? ActivationFunction != .identity else { return }
        let mixes = node.outputs.contains(where: mixing.contains)
        let operands = node.inputs.compactMap { $0 }.filter { !mixes || graph.initializers[$0] == nil }
        let types = operands.compactMap { name in
            declared[name]?.element.floatType
                ?? graph.initializers[name].flatMap { tensor in
                    tensor.elementType.floatFormat == nil ? nil : tensor.elementType
                }
        }
        let result = node.outputs.compactMap { declared[$0]?.element.floatType }
        guard Set(types + result).count <= 1 else {
            throw ProgramFault(
                "operation \"\(node.outputs[0])\": its operands and its result have types "
                    + (types + result).map(\.rawValue).joined(separator: ", ") + "; one is needed")
        }
    }
}
