import NetworkGraph
import Tensors

extension Transpose: ComputableOperator {
    /// y[i...] = x[j...] with j[permutation[axis]] = i[axis].
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        return .real(x.transposed(permutation(rank: x.shape.rank)))
    }
}
