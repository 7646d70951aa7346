import Tensors

extension Graph {
    /// The tensors given for the inputs, in the graph's declared order.
    ///
    /// - Throws: ``GraphError/badInput(_:reason:)`` for an input without a tensor, or with another shape or kind of
    ///   elements than declared. The precision of numbers is the arithmetic's choice, and is not compared.
    package func inputTensors(
        in given: [String: AnyTensor]
    ) throws(GraphError) -> [(name: String, tensor: AnyTensor)] {
        var tensors = [(name: String, tensor: AnyTensor)]()
        for input in inputs {
            guard let tensor = given[input.name] else { throw .badInput(input.name, reason: "no tensor is given") }
            guard TensorType.Kind(of: tensor.elementType) == TensorType.Kind(of: input.elementType) else {
                throw .badInput(
                    input.name, reason: "its elements are \(tensor.elementType), the declared \(input.elementType)")
            }
            guard tensor.elementType != .uint64 || tensor.integers != nil else {
                throw .badInput(input.name, reason: "it holds integers of 2^63 and more, which no engine computes with")
            }
            tensors.append((input.name, tensor))
        }
        _ = try inputShapes(given: given.mapValues(\.shape))
        return tensors
    }

    /// The shape of every input.
    ///
    /// - Parameter given: the shapes of the given tensors; those with fixed declared extents may be omitted.
    /// - Throws: ``GraphError/badInput(_:reason:)`` for a shape that does not fit the declared extents, for instance if
    ///   one name stands for two different ones.
    func inputShapes(given: [String: Shape]) throws(GraphError) -> [String: Shape] {
        var shapes = [String: Shape]()
        var named = [String: Int]()
        for input in inputs {
            let shape = try input.shape(given: given[input.name])
            for case (let extent, .symbolic(let name)) in zip(shape.dimensions, input.dimensions) where !name.isEmpty {
                guard named[name, default: extent] == extent else {
                    throw .badInput(
                        input.name,
                        reason: "shape \(shape) has \(extent) for \(name), which is \(named[name, default: extent]) "
                            + "where it stands before")
                }
                named[name] = extent
            }
            shapes[input.name] = shape
        }
        return shapes
    }
}

extension Graph.Input {
    /// The shape of this input, checked against the declared extents.
    ///
    /// - Parameter given: the shape of the given tensor; nil if there is none yet.
    /// - Throws: ``GraphError/badInput(_:reason:)``.
    func shape(given: Shape?) throws(GraphError) -> Shape {
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
