import NetworkGraph
import Tensors

extension TopK: ComputableOperator {
    /// y = the largest (smallest) numbers along the axis, or their places; the first of equal ones first.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let axis = try x.shape.checkedAxis(axis)
        let chosen = chosen(from: x.elements, x.shape, axis: axis, count: type.shape[axis])
        return givesPlaces
            ? .integer(Tensor(type.shape, chosen.map { Int64($0.place) }))
            : .real(Tensor(type.shape, chosen.map { x.elements[$0.position] }))
    }
}
