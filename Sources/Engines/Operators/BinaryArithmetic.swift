import Foundation
import NetworkGraph
import Tensors

extension BinaryArithmetic: ComputableOperator {
    /// y = a + b, a - b, a * b or a / b, stored once; a^b and remainders computed in float64 and rounded to the working
    /// precision.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let operation: (A.Working, A.Working) -> A.Working =
            switch self {
            case .add: (+)
            case .subtract: (-)
            case .multiply: (*)
            case .divide: (/)
            case .power: { A.Working(pow(Double($0), Double($1))) }
            case .remainder: { A.Working(fmod(Double($0), Double($1))) }
            case .modulo:
                { a, b in
                    let rest = fmod(Double(a), Double(b))
                    return A.Working(rest != 0 && (rest < 0) != (b < 0) ? rest + Double(b) : rest)
                }
            }
        return .real(
            try inputs.real(0).combined(with: inputs.realOrInteger(1), to: type.shape) {
                A.stored(operation(A.Working($0), A.Working($1)))
            })
    }
}
