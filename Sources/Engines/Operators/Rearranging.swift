import NetworkGraph
import Tensors

/// y = the moved inputs' elements, each at the place that the operator defines.
func rearranged<A: Arithmetic>(
    _ operation: any RearrangingOperator, _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
) throws(OperatorError) -> Value<A.Element> {
    // Axes in another order need no list of positions.
    if let transpose = operation as? Transpose, case .real(let x)? = inputs.values[0] {
        return .real(x.transposed(transpose.permutation(rank: x.shape.rank)))
    }
    let types = inputs.values.map { $0?.type }
    let sources = try operation.sources(for: types, giving: type.shape)
    let moved = operation.movedInputs(of: types)
    switch inputs.values[0] {
    case .real: return .real(Tensor(type.shape, try gathered(moved, sources, or: 0, inputs.real)))
    case .integer: return .integer(Tensor(type.shape, try gathered(moved, sources, or: 0, inputs.integer)))
    case .boolean: return .boolean(Tensor(type.shape, try gathered(moved, sources, or: false, inputs.boolean)))
    case nil: throw OperatorError("has no input")
    }
}

private func gathered<Element: Sendable>(
    _ moved: [Int], _ sources: [Int], or zero: Element,
    _ tensor: (Int) throws(OperatorError) -> Tensor<Element>
) throws(OperatorError) -> [Element] {
    var all = [Element]()
    for position in moved {
        let elements = try tensor(position).elements
        if moved.count == 1 { all = elements } else { all += elements }
    }
    return sources.map { $0 < 0 ? zero : all[$0] }
}
