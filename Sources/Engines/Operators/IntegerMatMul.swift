import NetworkGraph
import Tensors

extension IntegerMatMul: ComputableOperator {
    /// y = (A - zero points) (B - zero points).
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let a = try inputs.integer(0)
        let b = try inputs.integer(1).less(broadcast: inputs.optionalInteger(3))
        let rows = try inputs.optionalInteger(2).map { $0.reshaped(to: MatMul.rowShape($0.shape, of: a.shape)) }
        return .integer(try integerSums(MatMul(), a.less(broadcast: rows), b, giving: type.shape))
    }
}

extension IntegerMatMul {
    /// Only errors of the integers themselves count.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.integerSums(
            MatMul(), operands[0], operands.optional(2), operands[1], operands.optional(3)
        ).errors
    }
}
