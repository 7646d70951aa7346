import NetworkGraph
import Tensors

extension ActivationFunction: ComputableOperator {
    /// y = f(x), stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        switch self {
        case .identity:
            guard let value = inputs.values[0] else { throw OperatorError("has no input") }
            return value
        case .relu:
            return .real(try inputs.real(0).map { $0 < 0 ? 0 : $0 })
        case .leakyReLU(let slope):
            let slope = A.Working(A.weight(Double(slope)))
            return .real(try inputs.real(0).map { $0 >= 0 ? $0 : A.stored(slope * A.Working($0)) })
        case .sigmoid:
            let x = try inputs.real(0)
            let powers = exponentials(of: x.elements.map { -Double($0) })
            return .real(Tensor(x.shape, powers.map { A.stored(1 / (1 + A.Working($0))) }))
        }
    }
}
