import NetworkGraph
import Tensors

extension ConstantOfShape: ComputableOperator {
    /// y = the value, at every place.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        switch A.value(of: value) {
        case .real(let value): .real(Tensor(type.shape, repeating: value.elements[0]))
        case .integer(let value): .integer(Tensor(type.shape, repeating: value.elements[0]))
        case .boolean(let value): .boolean(Tensor(type.shape, repeating: value.elements[0]))
        }
    }
}

extension ConstantOfShape {
    /// None: the value is stored like any constant.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> { operands.noErrors }
}
