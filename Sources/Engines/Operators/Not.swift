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
