import NetworkGraph
import Tensors

extension DequantizeLinear: ComputableOperator {
    /// y = (x - zero point) * scale.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.integer(0)
        let scales = try inputs.real(1).elements
        let zeroPoints = try inputs.optionalInteger(2)?.elements
        let positions = groups.positions(in: x.shape, scaleCount: scales.count)
        return .real(
            Tensor(
                type.shape,
                zip(x.elements, positions).map { x, position in
                    A.number(x &- (zeroPoints?[position] ?? 0), in: scales[position])
                }))
    }
}

extension DequantizeLinear {
    /// Of (x - zero point) * scale, step by step.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> {
        let positions = groups.positions(in: operands)
        let (x, scales) = (operands[0].numbers, operands[1].numbers)
        let zeroPoints = operands.optional(2)?.numbers
        return Tensor(
            operands.output.shape,
            positions.enumerated().map { index, position in
                let zero = zeroPoints?[position] ?? .exactly(0)
                let steps = BoundedNumber(value: x[index].value - zero.value, error: x[index].error + zero.error)
                return bound.stored(bound.product(bound.rounded(steps), scales[position]))
            })
    }
}
