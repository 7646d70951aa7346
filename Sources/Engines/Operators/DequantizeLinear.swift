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
    /// The bound of (x - zero point) * scale, step by step.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> {
        groups.errors(of: operands) { x, scale, zeroPoint, _ in
            let steps = BoundedNumber(value: x.value - zeroPoint.value, error: x.error + zeroPoint.error)
            return bound.stored(bound.product(bound.rounded(steps), scale))
        }
    }
}
