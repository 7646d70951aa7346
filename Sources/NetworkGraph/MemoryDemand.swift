import Tensors

extension Graph {
    /// Refuses a computation whose tensors at any time take more than ``Tensors/MemoryLimit/bytes``, before anything is
    /// allocated. Counted are the constants, the inputs, a node's outputs and temporary data, and every tensor that a
    /// later node reads or that is an output.
    ///
    /// - Parameters:
    ///   - types: of all tensors, from ``tensorTypes(for:)``.
    ///   - bytesPerNumber: the arithmetic's bytes per number.
    ///   - keepsEveryTensor: whether all tensors stay until the end, as for a recording.
    /// - Throws: ``GraphError/badNode(_:operator:inputs:reason:)`` at the first node that exceeds the limit.
    package func checkMemory(
        _ types: [String: TensorType], bytesPerNumber: Int, keepsEveryTensor: Bool = false
    ) throws(GraphError) {
        var lastUse = [String: Int]()
        for (index, node) in nodes.enumerated() {
            for case let input? in node.inputs { lastUse[input] = index }
        }
        for kept in outputs + initializers.keys { lastUse[kept] = .max }
        var live = (initializers.keys + inputs.map(\.name)).map { types[$0]?.byteCount(bytesPerNumber) ?? 0 }
            .saturatingSum
        for (index, node) in nodes.enumerated() {
            let given = node.inputs.map { $0.flatMap { types[$0] } }
            let results = node.outputs.compactMap { types[$0] }
            try node.checkMemory(for: given, giving: results, beside: live, bytesPerNumber: bytesPerNumber)
            guard !keepsEveryTensor else {
                live = ([live] + results.map { $0.byteCount(bytesPerNumber) }).saturatingSum
                continue
            }
            for (output, type) in zip(node.outputs, results) where lastUse[output] != nil {
                live = [live, type.byteCount(bytesPerNumber)].saturatingSum
            }
            for input in Set(node.inputs.compactMap { $0 }) where lastUse[input] == index {
                live -= min(live, types[input]?.byteCount(bytesPerNumber) ?? 0)
            }
        }
    }
}

extension Node {
    /// Refuses to compute a node that needs more than ``Tensors/MemoryLimit/bytes``.
    ///
    /// - Parameter beside: the bytes of other tensors in use, including the node's inputs.
    /// - Throws: ``GraphError/badNode(_:operator:inputs:reason:)``.
    public func checkMemory(
        for inputs: [TensorType?], giving results: [TensorType], beside live: Int = 0, bytesPerNumber: Int
    ) throws(GraphError) {
        let given = results.map { $0.byteCount(bytesPerNumber) }.saturatingSum
        let laidOut =
            results.first.map {
                self.operator.workspaceBytes(from: inputs, to: $0, bytesPerNumber: bytesPerNumber)
            } ?? 0
        let needed = [live, given, laidOut].saturatingSum
        guard needed > MemoryLimit.bytes else { return }
        let shapes = results.map { "\($0.shape)" }.joined(separator: " and ")
        throw error(
            "gives \(shapes), \(given) bytes" + (laidOut > 0 ? ", lays out \(laidOut) bytes for it" : "")
                + (live > 0 ? ", and \(live) bytes of other tensors are needed meanwhile" : "")
                + ": more than the limit of \(MemoryLimit.bytes) bytes, which --max-memory sets", inputs)
    }
}

extension TensorType {
    /// The elements' bytes if a number takes `bytesPerNumber`; an integer takes 8 bytes, a boolean 1.
    package func byteCount(_ bytesPerNumber: Int) -> Int {
        let each =
            switch kind {
            case .real: bytesPerNumber
            case .integer: 8
            case .boolean: 1
            }
        return shape.count.saturatingProduct(each)
    }
}
