import Foundation
import NetworkGraph
import Tensors

extension ActivationFunction: ComputableOperator {
    /// y = f(x), stored once. Unless f is a product, it is computed in float64 and rounded to the working precision.
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
        case .errorFunction:
            let x = try inputs.real(0)
            return .real(
                Tensor(x.shape, errorFunctions(of: x.elements.map { Double($0) }).map { A.stored(A.Working($0)) }))
        default:
            return .real(try inputs.real(0).map { A.stored(A.Working(value(of: Double($0)))) })
        }
    }

    /// f(x) in float64.
    package func value(of x: Double) -> Double {
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
        case .shrink(let bias, let limit):
            x < -Double(limit) ? x + Double(bias) : x > Double(limit) ? x - Double(bias) : x.isNaN ? x : 0
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

    /// log(1 + exp(x)), without overflow of the exponential.
    private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}

extension ActivationFunction {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        let (x, output) = (operands[0], operands.output)
        switch self {
        case .relu, .identity, .negation: return bound.propagated(x, times: 1)
        case .leakyReLU(let slope):
            // The slope is a constant like any other.
            let constant = AnyTensor.float32(Tensor([1], [slope]))
            let error = bound.inputErrors(of: constant, isConstant: true)
            return try PReLU().errors(
                of: x, slope: Operand(values: constant.float64, error: error), giving: output, in: bound)
        case .sigmoid:
            // Two roundings for the exponential, one each for sum and quotient, and as many again for other formulas.
            // Near 0, where 1 + e^-x is large, approximations in use err by a few roundings of 1.
            let errors = bound.propagated(x, times: 0.25).map { $0 + 2 * bound.working.unitRoundoff }
            return bound.rounded(output, plus: errors, roundings: 8)
        default: return bound.functionErrors(self, x, output)
        }
    }
}

extension RoundingBound {
    /// For a function of one number: how the error of x affects f(x), and the error that computing f adds.
    fileprivate func functionErrors(
        _ function: ActivationFunction, _ operand: Operand, _ output: Tensor<Double>
    ) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let turns = function.turningPoints
        return x.zipMap(operand.errorOrZeros) { x, error in
            let exact = function.value(of: x)
            guard exact.isFinite else { return 0 }
            var moved = BoundedNumber(value: x, error: error).mapped { function.value(of: function.defined($0)) }
            if function == .reciprocal, error >= abs(x) { moved.error = .infinity }
            for turn in turns where abs(turn - x) < error {
                moved.error = max(moved.error, abs(function.value(of: turn) - exact))
            }
            // A wave has turning points everywhere, and no slope steeper than 1.
            if function == .sine || function == .cosine { moved.error = min(error, 2) }
            guard let own = function.ownError(at: x, exact) else { return moved.error }
            moved.error += own * working.unitRoundoff
            return stored(moved)
        }
    }
}

extension ActivationFunction {
    /// Whether approximations in use err by a few roundings of 1, even where the function is near 0.
    package var errsAsOfOne: Bool {
        switch self {
        case .cosine, .errorFunction, .logarithm, .sigmoid, .sine, .softplus, .tanh: true
        default: false
        }
    }

    /// The number, or the nearest of which the function has a result: no right program takes the root of less than 0.
    fileprivate func defined(_ x: Double) -> Double { self == .squareRoot ? max(x, 0) : x }

    /// Where the function turns from falling to rising, or jumps.
    fileprivate var turningPoints: [Double] {
        switch self {
        // An alpha of less than 0 makes them turn.
        case .absolute, .celu, .elu, .selu: [0]
        case .gelu(let byTanh): [byTanh ? -0.752461422071 : -0.751791524694]
        case .hardSwish: [-1.5]
        case .mish: [-1.192431214515]
        // It jumps there, on the outer side of each.
        case .shrink(_, let limit): [-1, 1].flatMap { [$0 * Double(limit), $0 * Double(limit).nextUp] }
        case .swish(let alpha): [-1.278464542761 / Double(alpha)]
        case .thresholdedReLU(let alpha): [Double(alpha), Double(alpha).nextUp]
        default: []
        }
    }

    /// How many roundings of 1 the function may cost, whatever formula a program uses; nil for functions that return
    /// their argument or an integer, which cost none.
    fileprivate func ownError(at x: Double, _ exact: Double) -> Double? {
        switch self {
        case .absolute, .ceiling, .floor, .identity, .negation, .relu, .round, .sign, .thresholdedReLU: nil
        case .leakyReLU: abs(exact)
        // If the bias is added, it may be rounded first.
        case .shrink(let bias, _): exact == 0 ? 0 : abs(Double(bias)) + abs(exact)
        case .squareRoot, .reciprocal: 2 * abs(exact)
        case .softsign: 4 * abs(exact)
        // exp(x) - 1 loses the bits by which 1 exceeds the difference.
        case .celu(let alpha), .elu(let alpha): x > 0 ? 0 : 4 * abs(Double(alpha)) + 8 * abs(exact)
        case .selu(let alpha, let gamma): x > 0 ? abs(exact) : 4 * abs(Double(alpha * gamma)) + 8 * abs(exact)
        // The rounding of an argument is relative to the exponential.
        case .exponential: (8 + abs(x)) * abs(exact)
        case .hardSigmoid(let alpha, let beta): 4 * (abs(Double(alpha) * x) + abs(Double(beta)))
        case .hardSwish: 4 * abs(x) * (abs(x) / 6 + 0.5)
        // A factor of x with an error of a few roundings of 1.
        case .gelu, .mish, .swish: 8 * abs(x)
        // Approximations in use err by a few roundings of 1, even where the function is near 0.
        case .cosine, .errorFunction, .logarithm, .sigmoid, .sine, .softplus, .tanh: 4 + 8 * abs(exact)
        }
    }
}
