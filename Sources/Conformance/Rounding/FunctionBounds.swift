import Engines
import Foundation
import NetworkGraph
import Tensors

extension RoundingBound {
    /// Of a function of one number: what the error of x makes of f(x), and what computing f adds.
    func functionErrors(
        _ function: ActivationFunction, _ operand: Operand, _ output: Tensor<Double>
    ) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let turns = function.turningPoints
        return x.zipMap(operand.errorOrZeros) { x, error in
            let exact = function.value(of: x)
            var moved = BoundedNumber(value: x, error: error).mapped(function.value)
            for turn in turns where abs(turn - x) < error {
                moved.error = max(moved.error, abs(function.value(of: turn) - exact))
            }
            // A wave turns everywhere, and is nowhere steeper than 1.
            if function == .sine || function == .cosine { moved.error = min(error, 2) }
            guard exact.isFinite, let own = function.ownError(at: x, exact) else { return moved.error }
            moved.error += own * working.unitRoundoff
            return stored(moved)
        }
    }

    /// |a^b - a'^b'| at the corners of what a' and b' may be. The power itself costs a few roundings, and those of
    /// b log(a), which its exponential makes relative ones.
    func powerErrors(_ operands: [Operand], _ output: Tensor<Double>) throws -> Tensor<Double> {
        let (a, b) = (operands[0], operands[1])
        guard let base = a.values, let exponent = b.values else { return output.map { _ in 0 } }
        func corner(_ signA: Double, _ signB: Double) throws -> Tensor<Double> {
            let left = base.zipMap(a.errorOrZeros) { $0 + signA * $1 }
            let right = exponent.zipMap(b.errorOrZeros) { $0 + signB * $1 }
            return try exact(BinaryArithmetic.power, [.float64(left), .float64(right)])
        }
        var errors = output.map { _ in 0.0 }
        if a.error != nil || b.error != nil {
            for signs in [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)] {
                let moved = try corner(signs.0, signs.1).zipMap(output) { abs($0 - $1) }
                errors = errors.zipMap(moved) { max($0, $1.isNaN ? .infinity : $1) }
            }
            // Between the corners of a base that may be 0 the power may turn.
            let straddles = base.zipMap(a.errorOrZeros) { abs($0) < $1 ? 1.0 : 0 }
            let mayTurn = try exact(BinaryArithmetic.add, [.float64(straddles), .float64(exponent.map { _ in 0 })])
            let largest = try corner(1, 1).zipMap(try corner(-1, 1)) { max(abs($0), abs($1)) }
            errors = errors.zipMap(mayTurn.zipMap(largest) { $0 > 0 ? $1 : 0 }) { max($0, $1) }
        }
        let logarithms = base.map { $0 == 0 ? 0 : log(abs($0)) }
        let steepness = try exact(BinaryArithmetic.multiply, [.float64(logarithms), .float64(exponent)])
        return output.zipMap(errors.zipMap(steepness) { ($0, $1) }) { exact, error in
            guard exact.isFinite else { return 0 }
            let own = (4 + 2 * abs(error.1)) * working.unitRoundoff * abs(exact)
            return stored(BoundedNumber(value: exact, error: error.0 + own))
        }
    }

    /// Of the inputs' sum, mean, or the largest or smallest of them.
    func variadic(
        _ operation: VariadicArithmetic, _ operands: [Operand], _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        guard operation == .sum || operation == .mean else {
            return try exact(VariadicArithmetic.maximum, operands.map { .float64($0.errorOrZeros) })
        }
        let own = try exact(operation, operands.map(\.magnitude))
        let whole = try exact(operation, operands.map(\.magnitudeWithError))
        let n = Double(operands.count + 1) * working.unitRoundoff
        return whole.zipMap(own) { whole, own in
            error(
                of: own, grownTo: whole, roundings: n / (1 - n) + stored.unitRoundoff,
                underflow: Double(operands.count) * working.underflowUnit + stored.underflowUnit)
        }
    }

    /// Rounding to the target's format, or the integers that a number within its error may be cut to.
    func castErrors(_ cast: Cast, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        switch cast.target {
        case .float(let format):
            return x.zipMap(operand.errorOrZeros) { x, error in
                let isCoarser = format.isFiner(than: stored)
                let moved = BoundedNumber(value: format.rounded(x), error: 0)
                guard moved.value.isFinite else { return 0 }
                // What rounds to one side in one program may round to the other in another.
                let rounding = error > 0 ? format.unitRoundoff * (abs(x) + error) * 2 + 2 * format.underflowUnit : 0
                let own = isCoarser ? stored.unitRoundoff * abs(x) + stored.underflowUnit : 0
                return error + rounding + own
            }
        case .integer:
            return x.zipMap(operand.errorOrZeros) { x, error in
                BoundedNumber(value: x, error: error).mapped { Double(cast.integer($0)) }.error
            }
        case .boolean:
            return x.zipMap(operand.errorOrZeros) { x, error in error > 0 && abs(x) <= error ? 1 : 0 }
        }
    }

    /// An exponent that is off by e takes the logarithm of the sum off by the largest e.
    func logSoftmaxErrors(_ operation: LogSoftmax, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let (outer, summed, inner) = operation.softmax.extents(of: x.shape)
        let errors = operand.errorOrZeros.elements
        var result = output
        for start in (0..<outer * inner).map({ $0 / max(inner, 1) * summed * inner + $0 % max(inner, 1) }) {
            let positions = stride(from: start, to: start + summed * inner, by: inner)
            let largest = positions.map { x.elements[$0] }.max() ?? 0
            let largestError = positions.map { errors[$0] }.max() ?? 0
            for position in positions {
                let exact = output.elements[position]
                guard exact.isFinite else {
                    result.elements[position] = 0
                    continue
                }
                // The sum's roundings, those of the exponentials and the logarithm, and those of the differences.
                let roundings = Double(summed + 8) + 2 * abs(largest - x.elements[position]) + 2 * abs(exact)
                result.elements[position] = stored(
                    BoundedNumber(
                        value: exact, error: errors[position] + largestError + roundings * working.unitRoundoff))
            }
        }
        return result
    }
}

extension ActivationFunction {
    /// Whether approximations in use err by a few roundings of 1, also where the function is near 0.
    var errsAsOfOne: Bool {
        switch self {
        case .cosine, .errorFunction, .logarithm, .sigmoid, .sine, .softplus, .tanh: true
        default: false
        }
    }

    /// Where the function turns from falling to growing.
    fileprivate var turningPoints: [Double] {
        switch self {
        case .absolute: [0]
        case .gelu(let byTanh): [byTanh ? -0.752461422071 : -0.751791524694]
        case .hardSwish: [-1.5]
        case .mish: [-1.192431214515]
        case .swish(let alpha): [-1.278464542761 / Double(alpha)]
        default: []
        }
    }

    /// How many roundings of 1 computing the function may cost, whatever formula a program takes; nil for a function
    /// whose result is its argument, or a whole number, and costs none.
    fileprivate func ownError(at x: Double, _ exact: Double) -> Double? {
        switch self {
        case .absolute, .ceiling, .floor, .identity, .negation, .relu, .round, .sign, .thresholdedReLU: nil
        case .leakyReLU: abs(exact)
        case .squareRoot, .reciprocal: 2 * abs(exact)
        case .softsign: 4 * abs(exact)
        // exp(x) - 1 loses what 1 has more than the difference.
        case .celu(let alpha), .elu(let alpha): x > 0 ? 0 : 4 * abs(Double(alpha)) + 8 * abs(exact)
        case .selu(let alpha, let gamma): x > 0 ? abs(exact) : 4 * abs(Double(alpha * gamma)) + 8 * abs(exact)
        // The rounding of an argument is relative to the exponential.
        case .exponential: (8 + abs(x)) * abs(exact)
        case .hardSigmoid(let alpha, let beta): 4 * (abs(Double(alpha) * x) + abs(Double(beta)))
        case .hardSwish: 4 * abs(x) * (abs(x) / 6 + 0.5)
        // A factor of x with an error of a few roundings of 1.
        case .gelu, .mish, .swish: 8 * abs(x)
        // Approximations in use err by a few roundings of 1, also where the function is near 0.
        case .cosine, .errorFunction, .logarithm, .sigmoid, .sine, .softplus, .tanh: 4 + 8 * abs(exact)
        }
    }
}
