import Foundation
import NetworkGraph
import Tensors

extension ActivationFunction: ComputableOperator {
    /// y = f(x), stored once. Where f is no product, it is computed in float64 and rounded to the working precision.
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
        default:
            return .real(try inputs.real(0).map { A.stored(A.Working(value(of: Double($0)))) })
        }
    }

    /// f(x) in float64.
    public func value(of x: Double) -> Double {
        switch self {
        case .absolute: abs(x)
        case .ceiling: x.rounded(.up)
        case .celu(let alpha): x > 0 ? x : Double(alpha) * expm1(x / Double(alpha))
        case .cosine: cos(x)
        case .elu(let alpha): x > 0 ? x : Double(alpha) * expm1(x)
        case .errorFunction: erf(x)
        case .exponential: exp(x)
        case .floor: x.rounded(.down)
        case .gelu(let byTanh):
            byTanh
                ? x / 2 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
                : x / 2 * erfc(-x / 2.0.squareRoot())
        case .hardSigmoid(let alpha, let beta): max(0, min(1, Double(alpha) * x + Double(beta)))
        case .hardSwish: x * max(0, min(1, x / 6 + 0.5))
        case .identity: x
        case .leakyReLU(let slope): x >= 0 ? x : Double(slope) * x
        case .logarithm: log(x)
        case .mish: x * Foundation.tanh(Self.softplus(x))
        case .negation: -x
        case .reciprocal: 1 / x
        case .relu: x < 0 ? 0 : x
        case .round: x.rounded(.toNearestOrEven)
        case .selu(let alpha, let gamma): Double(gamma) * (x > 0 ? x : Double(alpha) * expm1(x))
        case .sigmoid: 1 / (1 + exp(-x))
        case .sign: x > 0 ? 1 : x < 0 ? -1 : x
        case .sine: sin(x)
        case .softplus: Self.softplus(x)
        case .softsign: x / (1 + abs(x))
        case .squareRoot: x.squareRoot()
        case .swish(let alpha): x / (1 + exp(-Double(alpha) * x))
        case .tanh: Foundation.tanh(x)
        case .thresholdedReLU(let alpha): x > Double(alpha) ? x : x.isNaN ? x : 0
        }
    }

    /// log(1 + exp(x)), whose exponential does not overflow.
    private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}
