import Engines
import NetworkGraph
import Tensors

/// A node that may have a fault, with its operands and its correct result.
struct Site: Sendable {
    let graph: Graph
    /// The node's position.
    let index: Int
    /// Its operands in one case, constants included; nil for an omitted one.
    let operands: [AnyTensor?]
    /// Its result in that case.
    let output: AnyTensor
    /// The recorded result in that case; nil unless it is recorded together with all operands.
    let recorded: AnyTensor?
    /// The format in which the recording's arithmetic stores weights.
    let weightFormat: FloatFormat

    var node: Node { graph.nodes[index] }

    var layer: Layer {
        Layer(tensor: node.outputs.first ?? node.name, node: node.name, operator: node.operator.name)
    }

    /// The constant at a position; nil if there is none.
    func constant(_ position: Int) -> AnyTensor? {
        guard node.inputs.indices.contains(position), let name = node.inputs[position] else { return nil }
        return graph.initializers[name]
    }

    /// The positions of constant operands.
    var constants: Set<Int> { Set(node.inputs.indices.filter { constant($0) != nil }) }

    /// Other layers' numbers of the same shape as the constant at a position, with the layers' names.
    func others(like position: Int) -> [(layer: String, values: AnyTensor)] {
        guard let own = constant(position) else { return [] }
        return graph.nodes.indices.flatMap { other -> [(layer: String, values: AnyTensor)] in
            guard other != index else { return [] }
            return graph.nodes[other].inputs.compactMap { name in
                guard let name, let values = graph.initializers[name], values.shape.count == own.shape.count,
                    values.elementType == own.elementType, values != own,
                    values.shape.isLike(own.shape)
                else { return nil }
                return (graph.nodes[other].outputs.first ?? graph.nodes[other].name, values.reshaped(to: own.shape))
            }
        }
    }

    func hypothesis(_ kind: FaultKind, _ key: String, _ words: String, _ alteration: Alteration) -> Hypothesis {
        Hypothesis(
            kind: kind, key: key, layer: layer, words: "\(layer.words): \(words)", alterations: [index: alteration])
    }
}

extension Shape {
    /// Whether two shapes are equal apart from extents of 1.
    fileprivate func isLike(_ other: Shape) -> Bool {
        dimensions.filter { $0 != 1 } == other.dimensions.filter { $0 != 1 }
    }
}

/// A node that multiplies by weights: one view of convolutions and matrix products.
struct WeightedSum: Sendable {
    /// The position of the weights among the operands.
    let position: Int
    let weights: AnyTensor
    /// The output axis of the weights.
    let outputAxis: Int
    /// The input axis of the weights.
    let inputAxis: Int
    /// The output axis of the result.
    let resultAxis: Int

    init?(_ site: Site) {
        switch site.node.operator {
        case is Convolution:
            guard let weights = site.constant(1) else { return nil }
            (position, self.weights, outputAxis, inputAxis, resultAxis) = (1, weights, 0, 1, 1)
        case is TransposedConvolution:
            guard let weights = site.constant(1) else { return nil }
            (position, self.weights, outputAxis, inputAxis, resultAxis) = (1, weights, 1, 0, 1)
        case let gemm as Gemm:
            guard let weights = site.constant(1), !gemm.transposesA else { return nil }
            (position, self.weights, resultAxis) = (1, weights, 1)
            (outputAxis, inputAxis) = gemm.transposesB ? (0, 1) : (1, 0)
        case is MatMul:
            guard let weights = site.constant(1), weights.shape.rank == 2 else { return nil }
            (position, self.weights, outputAxis, inputAxis) = (1, weights, 1, 0)
            resultAxis = site.output.shape.rank - 1
        default: return nil
        }
    }
}
