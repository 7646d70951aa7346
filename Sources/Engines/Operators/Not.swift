import NetworkGraph
import Tensors

extension Not: ComputableOperator {
    /// y = not x.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        .boolean(try inputs.boolean(0).map { !$0 })
    }
}

extension Not {
    /// 1 where x may be either, as for x itself.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> {
        bound.propagated(operands[0], times: 1)
    }
}
