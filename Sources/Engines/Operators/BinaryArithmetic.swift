import NetworkGraph
import Tensors

extension BinaryArithmetic: ComputableOperator {
    /// y = a + b, a - b, a * b or a / b, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let operation: (A.Working, A.Working) -> A.Working =
            switch self {
            case .add: (+)
            case .subtract: (-)
            case .multiply: (*)
            case .divide: (/)
            }
        return .real(
            try inputs.real(0).combined(with: inputs.real(1), to: type.shape) {
                A.stored(operation(A.Working($0), A.Working($1)))
            })
    }
}
