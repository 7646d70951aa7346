import NetworkGraph
import Tensors

extension Cast: ComputableOperator {
    /// y = x rounded to the target's format and stored; cut to an integer; or whether it is not 0.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x: Tensor<Double>
        switch inputs.values[0] {
        case .real(let values): x = values.map { Double($0) }
        case .integer(let values): x = values.map { Double($0) }
        case .boolean(let values): x = values.map { $0 ? 1 : 0 }
        case nil: throw OperatorError("has no input")
        }
        switch target {
        case .float(let format): return .real(x.map { A.element(format.rounded($0)) })
        case .integer: return .integer(x.map { Int64(integer($0)) })
        case .boolean: return .boolean(x.map { $0 != 0 })
        }
    }
}
