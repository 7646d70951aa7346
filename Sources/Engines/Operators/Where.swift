import NetworkGraph
import Tensors

extension Where: ComputableOperator {
    /// y = a where the condition holds, else b.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let condition = try inputs.boolean(0)
        func chosen<Element: Sendable>(
            _ a: Tensor<Element>, _ b: Tensor<Element>
        ) throws(OperatorError) -> Tensor<Element> {
            let pairs = a.combined(with: b, to: try .broadcast(a.shape, b.shape)) { ($0, $1) }
            return condition.combined(with: pairs, to: type.shape) { holds, pair in holds ? pair.0 : pair.1 }
        }
        switch type.kind {
        case .real: return .real(try chosen(inputs.real(1), inputs.real(2)))
        case .integer: return .integer(try chosen(inputs.integer(1), inputs.integer(2)))
        case .boolean: return .boolean(try chosen(inputs.boolean(1), inputs.boolean(2)))
        }
    }
}
