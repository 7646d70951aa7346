import NetworkGraph

/// A part of a graph between recorded tensors, which can be explained on its own.
///
/// If every tensor is recorded, each node is a section; if only the outputs are, the whole graph is one.
struct Section: Sendable, Equatable {
    /// The positions of its nodes, in order of computation.
    let nodes: [Int]
    /// The recorded tensors that it produces.
    let exits: [String]

    /// The sections that produce a recorded tensor, in order of computation.
    static func all(of graph: Graph, recorded: Set<String>) -> [Section] {
        var groups = Array(graph.nodes.indices)
        func root(_ node: Int) -> Int {
            var node = node
            while groups[node] != node { node = groups[node] }
            return node
        }
        var givers = [String: Int]()
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs.compactMap({ $0 }) where !recorded.contains(input) {
                guard let giver = givers[input] else { continue }
                let (one, other) = (root(giver), root(index))
                groups[max(one, other)] = min(one, other)
            }
            for output in node.outputs { givers[output] = index }
        }
        let members = Dictionary(grouping: graph.nodes.indices, by: root)
        return members.sorted { $0.key < $1.key }.compactMap { _, nodes in
            let exits = nodes.flatMap { graph.nodes[$0].outputs }.filter(recorded.contains)
            return exits.isEmpty ? nil : Section(nodes: nodes.sorted(), exits: exits)
        }
    }

    /// Whether it reads one of the graph's inputs.
    func takesInputs(of graph: Graph) -> Bool {
        let inputs = Set(graph.inputs.map(\.name))
        return nodes.contains { graph.nodes[$0].inputs.contains { $0.map(inputs.contains) ?? false } }
    }
}
