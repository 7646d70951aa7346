import NetworkGraph
import Tensors

/// An engine that computes each node in an arithmetic of its own.
///
/// Between nodes of different arithmetics a tensor is converted like one from outside: rounded to the stored format of
/// the receiving arithmetic, as a cast in a float16 program does.
package struct MixedPrecisionEngine: Engine {
    package let graph: Graph
    private let arithmetics: [ArithmeticName]
    private let engines: [ArithmeticName: any Engine]

    /// The arithmetic of the outputs: that of the last node.
    package var arithmetic: ArithmeticName { arithmetics.last ?? .fp32 }

    /// - Parameter arithmetic: the arithmetic of a node.
    /// - Throws: ``EngineError/unsupported(node:operator:)``.
    package init(_ graph: Graph, arithmetic: (Node) -> ArithmeticName) throws(EngineError) {
        self.graph = graph
        arithmetics = graph.nodes.map(arithmetic)
        var engines = [ArithmeticName: any Engine]()
        for name in arithmetics where engines[name] == nil { engines[name] = try name.engine(for: graph) }
        self.engines = engines
    }

    package func run(
        _ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void
    ) throws -> [String: AnyTensor] {
        var values = [String: AnyTensor]()
        let given = try graph.inputTensors(in: inputs)
        let shapes = Dictionary(given.map { ($0.name, $0.tensor.shape) }, uniquingKeysWith: { first, _ in first })
        if let types = try? graph.tensorTypes(for: shapes) {
            try graph.checkMemory(
                types, bytesPerNumber: arithmetics.map(\.bytesPerNumber).max() ?? 4, keepsEveryTensor: true)
        }
        for (name, tensor) in given { values[name] = tensor }
        for (node, arithmetic) in zip(graph.nodes, arithmetics) {
            for (name, value) in zip(node.outputs, try engines[arithmetic]?.evaluate(node, on: values) ?? []) {
                values[name] = value
                try observe(Activation(name: name, node: node, values: value))
            }
        }
        return graph.outputs.reduce(into: [:]) { $0[$1] = values[$1] ?? graph.initializers[$1] }
    }

    package func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor] {
        let position = graph.nodes.firstIndex { $0.name == node.name && $0.outputs == node.outputs }
        guard let position, let engine = engines[arithmetics[position]] else {
            throw GraphError.undefinedName(node.outputs.first ?? "", node: node.name)
        }
        return try engine.evaluate(node, on: inputs)
    }
}
