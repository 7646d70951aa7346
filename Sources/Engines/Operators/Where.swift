import NetworkGraph
import Tensors

extension Where: ComputableOperator {
    /// y = a where the condition holds, else b.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let a = try inputs.real(1)
        let b = try inputs.real(2)
        let pairs = a.combined(with: b, to: try .broadcast(a.shape, b.shape)) { ($0, $1) }
        return .real(
            try inputs.boolean(0).combined(with: pairs, to: type.shape) { holds, pair in holds ? pair.0 : pair.1 })
    }
}
