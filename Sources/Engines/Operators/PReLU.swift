import NetworkGraph
import Tensors

extension PReLU: ComputableOperator {
    /// y = x where x >= 0, else slope * x.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        .real(
            try inputs.real(0).combined(with: inputs.real(1), to: type.shape) { x, slope in
                x >= 0 ? x : A.stored(A.Working(slope) * A.Working(x))
            })
    }
}
