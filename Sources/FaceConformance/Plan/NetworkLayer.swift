import NetworkGraph

/// A layer of a network: a node with weights and sums of products, and the nodes after it up to the next such node. It
/// is computed in one precision, so that a bias or a PReLU does not round away what the sum kept.
package struct NetworkLayer: Sendable, Equatable {
    /// Its name.
    package let network: String
    /// The output of the node with the sums.
    package let name: String
    /// The first outputs of the layer's nodes, in order of computation.
    package let operations: [String]

    /// The layers of a graph, in order of computation.
    ///
    /// A node without sums belongs to the layer of its first input; before any sum, to the first layer.
    package static func layers(of graph: Graph, network: String) -> [NetworkLayer] {
        let firstSum = graph.nodes.first(where: \.hasSums)?.outputs[0]
        var layerOfTensor = [String: String]()
        var operations = [String: [String]]()
        var order = [String]()
        for node in graph.nodes {
            let inherited = node.inputs.lazy.compactMap { $0.flatMap { layerOfTensor[$0] } }.first
            guard let layer = node.hasSums ? node.outputs[0] : inherited ?? firstSum else { continue }
            if node.hasSums { order.append(layer) }
            operations[layer, default: []].append(node.outputs[0])
            for output in node.outputs { layerOfTensor[output] = layer }
        }
        return order.map { NetworkLayer(network: network, name: $0, operations: operations[$0] ?? []) }
    }
}

extension Node {
    fileprivate var hasSums: Bool {
        self.operator is Convolution || self.operator is MatMul || self.operator is Gemm
    }
}
