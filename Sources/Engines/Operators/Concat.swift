import NetworkGraph
import Tensors

extension Concat: ComputableOperator {
    /// y = the inputs one after another along the axis.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        var tensors = [Tensor<A.Element>]()
        for position in inputs.values.indices { tensors.append(try inputs.real(position)) }
        let axis = type.shape.axis(axis) ?? 0
        let outer = type.shape.dimensions[..<axis].reduce(1, *)
        var y = [A.Element]()
        y.reserveCapacity(type.shape.count)
        for block in 0..<outer {
            for tensor in tensors {
                let length = tensor.elements.count / max(outer, 1)
                y += tensor.elements[block * length..<(block + 1) * length]
            }
        }
        return .real(Tensor(type.shape, y))
    }
}
