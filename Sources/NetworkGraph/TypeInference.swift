import Tensors

extension Graph {
    /// The type of every tensor for inputs of the given shapes.
    ///
    /// - Parameter inputs: the inputs' shapes; those with fixed declared extents may be omitted.
    /// - Throws: ``GraphError/badInput(_:reason:)`` or ``GraphError/badNode(_:operator:inputs:reason:)``.
    package func tensorTypes(for inputs: [String: Shape] = [:]) throws(GraphError) -> [String: TensorType] {
        var types = initializers.mapValues(TensorType.init(of:))
        let shapes = try inputShapes(given: inputs)
        for input in self.inputs {
            types[input.name] = shapes[input.name].map { TensorType(.init(of: input.elementType), $0) }
        }
        for node in nodes {
            for (output, type) in zip(node.outputs, try node.outputTypes(in: types)) { types[output] = type }
        }
        return types
    }

    /// The multiply-adds of each node with sums of products, keyed by the node's output.
    ///
    /// - Throws: as ``tensorTypes(for:)``.
    package func multiplyAdds(for inputs: [String: Shape]) throws(GraphError) -> [String: Int] {
        let types = try tensorTypes(for: inputs)
        return nodes.reduce(into: [:]) { work, node in
            guard let output = types[node.outputs[0]] else { return }
            let given = node.inputs.map { $0.flatMap { types[$0] } }
            let multiplyAdds = node.operator.multiplyAdds(from: given, to: output)
            if multiplyAdds > 0 { work[node.outputs[0]] = multiplyAdds }
        }
    }
}

extension Node {
    /// The types of this node's outputs, from those of the tensors that it reads.
    ///
    /// - Throws: ``GraphError/badNode(_:operator:inputs:reason:)``.
    public func outputTypes(in types: [String: TensorType]) throws(GraphError) -> [TensorType] {
        try outputTypes(for: inputs.map { name in name.flatMap { types[$0] } })
    }

    /// The types of this node's outputs, from those of its inputs; nil stands for an omitted input.
    ///
    /// - Throws: ``GraphError/badNode(_:operator:inputs:reason:)``.
    public func outputTypes(for inputs: [TensorType?]) throws(GraphError) -> [TensorType] {
        do throws(OperatorError) {
            let outputs = try self.operator.outputTypes(for: inputs)
            guard outputs.count >= self.outputs.count else {
                throw OperatorError("has \(self.outputs.count) outputs, of which only \(outputs.count) are supported")
            }
            return outputs
        } catch {
            throw self.error(error.description, inputs)
        }
    }

    /// Why this node cannot be computed on inputs of some types.
    public func error(_ reason: String, _ inputs: [TensorType?]) -> GraphError {
        .badNode(
            name, operator: self.operator.name, inputs: inputs.map { $0.map { "\($0.shape)" } ?? "nothing" },
            reason: reason)
    }
}
