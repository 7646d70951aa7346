extension Graph {
    /// For each node, the tensors that no later node reads, of those that it takes or gives.
    ///
    /// - Parameter kept: tensors that are read after the last node, too.
    package func lastReads(but kept: Set<String> = []) -> [[String]] {
        var seen = kept
        let backwards = nodes.reversed().map { node in
            (node.outputs + node.inputs.compactMap { $0 }).filter { seen.insert($0).inserted }
        }
        return backwards.reversed()
    }
}
