import Tensors

/// An operator that only moves elements, of any kind: each output element is one of the inputs' elements, or 0.
package protocol RearrangingOperator: Operator {
    /// The positions of the inputs with moved elements; the other inputs define where to.
    func movedInputs(of inputs: [TensorType?]) -> [Int]

    /// - Throws: ``OperatorError`` if the inputs do not fit the operator or each other.
    func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape

    /// The source of each output element, row-major: its position among the elements of the moved inputs, concatenated;
    /// -1 stands for 0, or false.
    ///
    /// - Throws: ``OperatorError`` for positions that are not known yet, or point outside.
    func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int]
}

extension RearrangingOperator {
    package func movedInputs(of inputs: [TensorType?]) -> [Int] { [0] }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let moved = try inputs.requiredOfOneKind(movedInputs(of: inputs), "input")
        let shape = try outputShape(for: inputs)
        guard let kind = moved.first?.kind else { throw OperatorError("has no inputs") }
        var type = TensorType(kind, shape)
        guard moved.contains(where: { $0.integers != nil || $0.numbers != nil }),
            let sources = try? sources(for: inputs, giving: shape)
        else { return [type] }
        type.integers = moved.joined(\.integers).map { known in sources.map { $0 < 0 ? 0 : known[$0] } }
        if shape.count <= TensorType.mostKnown {
            type.numbers = moved.joined(\.numbers).map { known in sources.map { $0 < 0 ? 0 : known[$0] } }
        }
        return [type]
    }

    /// The positions of the elements.
    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        output.shape.count.saturatingProduct(8)
    }
}

extension [TensorType] {
    /// The known elements of all inputs, concatenated; nil if one input's are unknown.
    fileprivate func joined<Known>(_ known: (TensorType) -> [Known]?) -> [Known]? {
        var all = [Known]()
        for type in self {
            guard let elements = known(type) else { return nil }
            all += elements
        }
        return all
    }
}
