import Tensors

extension Graph {
    /// The type of every tensor when the inputs have the given shapes.
    ///
    /// - Parameter inputs: the shape of each input; one whose declared extents are all fixed may be left out.
    /// - Throws: ``GraphError/badInput(_:reason:)`` or ``GraphError/badNode(_:operator:inputs:reason:)``.
    public func tensorTypes(for inputs: [String: Shape] = [:]) throws(GraphError) -> [String: TensorType] {
        var types = initializers.mapValues(TensorType.init(of:))
        for input in self.inputs {
            let shape = try input.shape(given: inputs[input.name])
            let kind: TensorType.Kind =
                switch input.elementType {
                case .float16, .float32, .float64: .real
                case .int64: .integer
                case .bool: .boolean
                }
            types[input.name] = TensorType(kind, shape)
        }
        for node in nodes {
            for (output, type) in zip(node.outputs, try node.outputTypes(in: types)) { types[output] = type }
        }
        return types
    }
}

extension Graph.Input {
    /// The shape of this input, which must fit the declared extents.
    ///
    /// - Parameter given: the shape of the tensor that is provided; nil if none is at hand yet.
    /// - Throws: ``GraphError/badInput(_:reason:)``.
    public func shape(given: Shape?) throws(GraphError) -> Shape {
        let declared = "[" + dimensions.map(\.description).joined(separator: ", ") + "]"
        guard let given else {
            var fixed = [Int]()
            for dimension in dimensions {
                guard case .fixed(let extent) = dimension else {
                    throw .badInput(name, reason: "its shape \(declared) is open, and none is given")
                }
                fixed.append(extent)
            }
            do { return try Shape(checking: fixed) } catch { throw .badInput(name, reason: "\(error)") }
        }
        let fits =
            given.rank == dimensions.count
            && zip(given.dimensions, dimensions).allSatisfy { extent, dimension in
                if case .fixed(let wanted) = dimension { extent == wanted } else { true }
            }
        guard fits else { throw .badInput(name, reason: "shape \(given) does not fit the declared \(declared)") }
        return given
    }
}

extension Node {
    /// The types of this node's outputs, from those of the tensors it takes.
    ///
    /// - Throws: ``GraphError/badNode(_:operator:inputs:reason:)``.
    public func outputTypes(in types: [String: TensorType]) throws(GraphError) -> [TensorType] {
        let inputs = inputs.map { name in name.flatMap { types[$0] } }
        do throws(OperatorError) {
            let outputs = try self.operator.outputTypes(for: inputs)
            guard outputs.count >= self.outputs.count else {
                throw OperatorError("has \(self.outputs.count) outputs, of which only \(outputs.count) are supported")
            }
            return outputs
        } catch {
            throw .badNode(
                name, operator: self.operator.name,
                inputs: inputs.map { $0.map { "\($0.shape)" } ?? "nothing" }, reason: error.description)
        }
    }
}
