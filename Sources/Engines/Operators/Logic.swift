import NetworkGraph
import Tensors

extension Logic: ComputableOperator {
    /// y = a and b (or, exclusive or).
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        .boolean(try inputs.boolean(0).combined(with: inputs.boolean(1), to: type.shape, holds))
    }
}

extension Logic {
    /// 1 if one of the operands may be either.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.exact(BinaryArithmetic.add, operands.all.map { .float64($0.errorOrZeros) }).map { min($0, 1) }
    }
}
