import NetworkGraph
import Tensors

/// A model's graph with layers restored from another file: constants, reordered to the model's own layout, and
/// attributes.
package enum RestoredGraph {
    /// The most orders of constants that are tried.
    private static let most = 4

    /// The possible graphs, likeliest first: one for each layout that remains possible.
    ///
    /// - Parameters:
    ///   - pairs: the names of the candidate's tensors, keyed by the baseline's.
    ///   - concerns: whether to restore a node of the baseline.
    /// - Throws: ``NetworkGraph/GraphError``.
    package static func all(
        of candidate: Graph, from baseline: Graph, pairs: [String: String], concerns: (Node) -> Bool
    ) throws -> [Graph] {
        let right = LayerConstant.all(of: baseline)
        let others = LayerConstant.all(of: candidate)
        let counterparts = FileComparison.counterparts(of: right, among: others, pairs: pairs)
        let layouts = Layouts(right, others, counterparts)
        var graphs = [Graph]()
        for choice in 0..<most {
            var nodes = candidate.nodes
            var constants = candidate.initializers
            restoreOperators(&nodes, from: baseline, pairs, concerns)
            for (own, counterpart) in zip(right, counterparts) where concerns(baseline.nodes[own.node]) {
                guard let other = counterpart.map({ others[$0] }) else { continue }
                let ways = layouts.ways(from: own, to: other)
                guard !ways.isEmpty else { continue }
                let way = ways[min(choice, ways.count - 1)]
                let numbers = own.elements.indices.map { Float(own.elements[way.source(of: $0)]) }
                guard let name = nodes[other.node].inputs[other.position] else { continue }
                // If several layers share a constant, this one gets its own.
                let isShared = nodes.flatMap(\.inputs).count { $0 == name } > 1
                let restored = isShared ? "\(name)_restored_\(other.node)" : name
                constants[restored] = .float32(Tensor(other.values.shape, numbers))
                var inputs = nodes[other.node].inputs
                inputs[other.position] = restored
                let node = nodes[other.node]
                nodes[other.node] = Node(
                    name: node.name, operator: node.operator, inputs: inputs, outputs: node.outputs)
            }
            let graph = try Graph(
                name: candidate.name, inputs: candidate.inputs, outputs: candidate.outputs, nodes: nodes,
                initializers: constants)
            graphs.append(graph)
        }
        return graphs
    }

    /// Gives nodes the baseline's window or axis if theirs differs.
    private static func restoreOperators(
        _ nodes: inout [Node], from baseline: Graph, _ pairs: [String: String], _ concerns: (Node) -> Bool
    ) {
        for right in baseline.nodes where concerns(right) {
            guard let tensor = right.outputs.first, let own = pairs[tensor],
                let index = nodes.firstIndex(where: { $0.outputs.contains(own) }),
                hasWindow(right.operator) && hasWindow(nodes[index].operator)
                    || right.operator.name == nodes[index].operator.name
                        && (right.operator is Convolution || right.operator is Softmax)
            else { continue }
            nodes[index] = Node(
                name: nodes[index].name, operator: right.operator, inputs: nodes[index].inputs,
                outputs: nodes[index].outputs)
        }
    }

    private static func hasWindow(_ operation: any Operator) -> Bool {
        operation is MaxPool || operation is AveragePool
    }

    /// The orders that turn one file's constants into another's.
    private struct Layouts {
        /// The number of constants in each order.
        private var votes = [[Int]: Int]()

        init(_ right: [LayerConstant], _ others: [LayerConstant], _ counterparts: [Int?]) {
            for (own, counterpart) in zip(right, counterparts) {
                guard let other = counterpart.map({ others[$0] }) else { continue }
                let largest = own.elements.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
                let fitting = Self.all(from: own, to: other).first { way in
                    own.elements.indices.allSatisfy {
                        abs(other.elements[$0] - own.elements[way.source(of: $0)]) <= 0x1p-9 * largest
                    }
                }
                if let fitting { votes[fitting.axes, default: 0] += 1 }
            }
        }

        /// The orders that give the other's shape, most usual first.
        func ways(from own: LayerConstant, to other: LayerConstant) -> [ElementOrder] {
            Self.all(from: own, to: other).enumerated().sorted { one, other in
                (-(votes[one.element.axes] ?? 0), one.offset) < (-(votes[other.element.axes] ?? 0), other.offset)
            }.map(\.element)
        }

        private static func all(from own: LayerConstant, to other: LayerConstant) -> [ElementOrder] {
            let identity = ElementOrder(axes: Array(own.extents.indices), reversed: [], of: own.extents)
            return ([identity] + ElementOrder.all(of: own.extents).filter { $0.reversed.isEmpty }).filter {
                $0.extents == other.extents
            }
        }
    }
}
