import Captures
import Conformance
import Engines
import ModelFormats
import NetworkGraph
import Tensors

extension Model {
    /// An engine's answers to inputs, one case of a capture each. A single input may have another name than the
    /// graph's.
    ///
    /// - Parameter progress: called with each case before it is computed.
    /// - Throws: any error of the engine.
    package func answers(
        to inputs: ComparedInputs, by engine: any Engine, progress: (_ caseName: String) -> Void = { _ in }
    ) throws -> [CaptureCase] {
        let names = graph.inputs.map(\.name)
        return try inputs.cases.map { one in
            progress(one.name)
            let given = one.inputs.count == 1 && names.count == 1 ? [(names[0], one.inputs[0].values)] : one.inputs
            return try CaptureCase(
                name: one.name, source: one.source, inputs: given.map { .init(name: $0.0, values: $0.1) }, of: graph,
                by: engine, only: Set(graph.outputs))
        }
    }
}

extension CaptureCase {
    /// An engine's results for inputs, as a case of a capture: every tensor, or the named ones.
    ///
    /// An output that no node computes is a constant, and is recorded as one.
    ///
    /// - Throws: any error of the engine.
    package init(
        name: String, source: String, inputs: [Input], of graph: Graph, by engine: any Engine, only wanted: Set<String>?
    ) throws {
        var tensors = [Output]()
        let given = Dictionary(inputs.map { ($0.name, $0.values) }, uniquingKeysWith: { $1 })
        _ = try engine.run(given) { activation in
            guard wanted?.contains(activation.name) ?? true else { return }
            tensors.append(
                Output(
                    name: activation.name, node: activation.node.name, operator: activation.node.operator.name,
                    isGraphOutput: graph.outputs.contains(activation.name), values: activation.values))
        }
        for name in graph.outputs {
            guard let constant = graph.initializers[name] else { continue }
            tensors.append(
                Output(name: name, node: name, operator: "Constant", isGraphOutput: true, values: constant))
        }
        self.init(name: name, source: source, inputs: inputs, tensors: tensors)
    }
}
