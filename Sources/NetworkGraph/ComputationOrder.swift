/// Nodes in a computable order: the given one, except that nodes move after those that they depend on.
///
/// The order is that of repeated passes over the nodes, each of which takes the nodes whose inputs are ready. Finding
/// it takes time proportional to the number of nodes, whatever their given order.
struct ComputationOrder {
    let nodes: [Node]

    /// - Parameter defined: the tensors that exist before any node is computed.
    /// - Throws: ``GraphError`` for undefined or twice defined names, and for cycles.
    init(_ given: [Node], defined: Set<String>) throws(GraphError) {
        var givers = [String: Int]()
        for (index, node) in given.enumerated() {
            for output in node.outputs
            where defined.contains(output) || givers.updateValue(index, forKey: output) != nil {
                throw .duplicateName(output, definer: "node \"\(node.name)\"")
            }
        }
        /// For each node, the nodes that use its outputs, and how many of its dependencies are not yet placed.
        var takers = [[Int]](repeating: [], count: given.count)
        var waitsFor = [Int](repeating: 0, count: given.count)
        for (index, node) in given.enumerated() {
            for case let input? in node.inputs where !defined.contains(input) {
                guard let giver = givers[input] else { throw .undefinedName(input, node: node.name) }
                takers[giver].append(index)
                waitsFor[index] += 1
            }
        }
        var ready = given.indices.filter { waitsFor[$0] == 0 }
        var passes = [Int](repeating: 0, count: given.count)
        var next = 0
        while next < ready.count {
            let node = ready[next]
            next += 1
            for taker in takers[node] {
                passes[taker] = max(passes[taker], passes[node] + (taker < node ? 1 : 0))
                waitsFor[taker] -= 1
                if waitsFor[taker] == 0 { ready.append(taker) }
            }
        }
        guard ready.count == given.count else {
            throw .cycle(nodes: Self.nodesInCycles(among: waitsFor, takers).map { given[$0].name })
        }
        nodes = ready.sorted { (passes[$0], $0) < (passes[$1], $1) }.map { given[$0] }
    }

    /// The nodes that wait for themselves: those that could not be placed, without those that no other such node waits
    /// for.
    private static func nodesInCycles(among waitsFor: [Int], _ takers: [[Int]]) -> [Int] {
        let blocked = waitsFor.indices.filter { waitsFor[$0] > 0 }
        var givers = [Int: [Int]]()
        var blockedTakers = [Int: Int]()
        for giver in blocked {
            for taker in takers[giver] { givers[taker, default: []].append(giver) }
            blockedTakers[giver] = takers[giver].count
        }
        var ends = blocked.filter { blockedTakers[$0] == 0 }
        var next = 0
        while next < ends.count {
            for giver in givers[ends[next]] ?? [] {
                blockedTakers[giver, default: 0] -= 1
                if blockedTakers[giver] == 0 { ends.append(giver) }
            }
            next += 1
        }
        return blocked.filter { blockedTakers[$0, default: 0] > 0 }
    }
}
