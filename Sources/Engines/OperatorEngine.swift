import NetworkGraph
import Tensors

/// The engine that defines the result: it computes a graph operator by operator.
package struct OperatorEngine<A: Arithmetic>: Engine {
    package let graph: Graph
    /// The order of summation for sums of products; any but the first represents another correct program.
    private let order: SummationOrder
    let constants: [String: Value<A.Element>]
    /// What is kept of each constant between runs.
    private let packs: [String: WeightPacks<A.Element.Lane>]
    private let lastReads: [[String]]

    package var arithmetic: ArithmeticName { A.name }

    /// - Throws: ``EngineError/unsupported(node:operator:)``.
    package init(_ graph: Graph, order: SummationOrder = .sequence) throws(EngineError) {
        self.order = order
        for node in graph.nodes where !node.operator.isComputable {
            throw .unsupported(node: node.name, operator: node.operator.name)
        }
        self.graph = graph
        constants = graph.initializers.mapValues(A.constant)
        packs = graph.initializers.mapValues { _ in WeightPacks() }
        lastReads = graph.lastReads(but: Set(graph.outputs).union(graph.initializers.keys))
    }

    package func run(
        _ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void
    ) throws -> [String: AnyTensor] {
        let given = try graph.inputTensors(in: inputs)
        try checkMemory(given.map { ($0.name, $0.tensor.shape) })
        var values = constants
        for (name, tensor) in given { values[name] = A.value(of: tensor) }
        for (node, lastReads) in zip(graph.nodes, lastReads) {
            let given = node.inputs.map { name in name.flatMap { values[$0] } }
            for (name, value) in zip(node.outputs, try compute(node, from: given)) {
                values[name] = value
                try observe(Activation(name: name, node: node, values: Self.anyTensor(value)))
            }
            for name in lastReads { values[name] = nil }
        }
        return graph.outputs.reduce(into: [:]) { outputs, name in
            outputs[name] = values[name].map(Self.anyTensor)
        }
    }

    /// Refuses excessive memory demands before anything is computed. Shapes that become known only later are checked
    /// node by node.
    func checkMemory(_ inputs: [(String, Shape)]) throws(GraphError) {
        let shapes = Dictionary(inputs, uniquingKeysWith: { first, _ in first })
        guard let types = try? graph.tensorTypes(for: shapes) else { return }
        try graph.checkMemory(types, bytesPerNumber: MemoryLayout<A.Element>.size)
    }

    package func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor] {
        let given: [Value<A.Element>?] = node.inputs.map { name in
            guard let name else { return nil }
            return constants[name] ?? inputs[name].map(A.value)
        }
        return try compute(node, from: given).map(Self.anyTensor)
    }

    func compute(_ node: Node, from inputs: [Value<A.Element>?]) throws -> [Value<A.Element>] {
        let given = inputs.map { $0?.type }
        let types = try node.outputTypes(for: given)
        try node.checkMemory(for: given, giving: types, bytesPerNumber: MemoryLayout<A.Element>.size)
        do throws(OperatorError) {
            let operands = Operands(
                values: inputs, order: order, packs: node.inputs.map { name in name.flatMap { packs[$0] } })
            guard let output = try A.compute(node.operator, operands, as: types[0]) else {
                throw OperatorError("is computed by no engine")
            }
            return [output]
        } catch {
            throw node.error(error.description, given)
        }
    }

    /// - Parameter packs: what is kept of each input between calls, if it is a constant.
    static func apply(
        _ operation: any Operator, to inputs: [AnyTensor?], constants: Set<Int> = [], order: SummationOrder = .sequence,
        packs: [WeightPacks<A.Element.Lane>?] = []
    ) throws -> AnyTensor {
        let values = inputs.enumerated().map { position, tensor in
            tensor.map { constants.contains(position) ? A.constant($0) : A.value(of: $0) }
        }
        let type = try operation.outputTypes(for: values.map { $0?.type })[0]
        guard let output = try A.compute(operation, Operands(values: values, order: order, packs: packs), as: type)
        else {
            throw EngineError.unsupported(node: "", operator: operation.name)
        }
        return anyTensor(output)
    }

    static func anyTensor(_ value: Value<A.Element>) -> AnyTensor {
        switch value {
        case .real(let tensor): A.anyTensor(tensor)
        case .integer(let tensor): .int64(tensor)
        case .boolean(let tensor): .bool(tensor)
        }
    }
}

/// An operator that can be computed in any arithmetic, with known effects of rounding.
protocol ComputableOperator: Operator {
    /// The output, of the `type` that ``Operator/outputTypes(for:)`` found.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element>

    /// Bounds on the error of each element of the output, which hold for every correct program.
    ///
    /// - Throws: the engine's errors for operands that do not fit.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double>
}
