import NetworkGraph
import Tensors

extension Graph {
    /// The same graph with constants for nodes whose results depend only on constants or on the inputs' shapes. Numbers
    /// are computed in float32.
    ///
    /// - Parameter shapes: the inputs' shapes; those with fixed extents may be omitted.
    /// - Throws: ``NetworkGraph/GraphError`` for shapes that do not fit, and the errors of computing.
    package func foldingConstants(for shapes: [String: Shape]) throws -> Graph {
        let types = try tensorTypes(for: shapes)
        var constants = initializers
        var left = [Node]()
        for node in nodes {
            let known = node.outputs.compactMap { types[$0].flatMap(AnyTensor.init(known:)) }
            if known.count == node.outputs.count {
                for (name, tensor) in zip(node.outputs, known) { constants[name] = tensor }
                continue
            }
            let given = node.inputs.map { name in name.flatMap { constants[$0] } }
            guard node.outputs.count == 1, zip(node.inputs, given).allSatisfy({ $0 == nil || $1 != nil }) else {
                left.append(node)
                continue
            }
            constants[node.outputs[0]] = try ArithmeticName.fp32.apply(node.operator, to: given)
        }
        return try Graph(name: name, inputs: inputs, outputs: outputs, nodes: left, initializers: constants)
    }
}

extension AnyTensor {
    /// The integers or booleans that a type is known to hold.
    fileprivate init?(known type: TensorType) {
        guard let integers = type.integers, integers.count == type.shape.count else { return nil }
        switch type.kind {
        case .real: return nil
        case .integer: self = .int64(Tensor(type.shape, integers.map { Int64($0) }))
        case .boolean: self = .bool(Tensor(type.shape, integers.map { $0 != 0 }))
        }
    }
}
