import NetworkGraph
import Tensors

extension QuantizeLinear: ComputableOperator {
    /// y = saturated(round(x / scale) + zero point).
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.realOrInteger(0)
        let scales = try inputs.real(1).elements
        let zeroPoints = try inputs.optionalInteger(2)?.elements
        let positions = groups.positions(in: x.shape, scaleCount: scales.count)
        return .integer(
            Tensor(
                type.shape,
                zip(x.elements, positions).map { x, position in
                    Int64(range.quantized(A.quotient(x, scales[position]), zeroPoint: Int(zeroPoints?[position] ?? 0)))
                }))
    }
}

extension QuantizeLinear {
    /// How far the steps that a number may round to lie from the exact ones.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> {
        groups.errors(of: operands) { x, scale, zeroPoint, exact in
            range.steppedError(bound.quotient(x, scale), zeroPoint: zeroPoint, from: exact)
        }
    }
}
