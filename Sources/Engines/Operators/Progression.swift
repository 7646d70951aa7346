import NetworkGraph
import Tensors

extension Progression: ComputableOperator {
    /// y[i] = start + i * step, in the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let (start, step) = (try inputs.real(0).elements[0], try inputs.real(2).elements[0])
        let y = (0..<type.shape.count).map { A.stored(A.Working(start) + A.Working($0) * A.Working(step)) }
        return .real(Tensor(type.shape, y))
    }
}

extension Progression {
    /// start + i * step
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        let (start, step) = (operands[0].errorOrZeros.elements[0], operands[2].errorOrZeros.elements[0])
        let errors = operands.output.elements.indices.map { start + Double($0) * step }
        return bound.rounded(operands.output, plus: Tensor(operands.output.shape, errors), roundings: 3)
    }
}
