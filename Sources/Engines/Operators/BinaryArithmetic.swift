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

extension BinaryArithmetic {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.binary(self, operands.all, operands.output)
    }
}

extension RoundingBound {
    fileprivate func binary(
        _ operation: BinaryArithmetic, _ operands: [Operand], _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        let (a, b) = (operands[0], operands[1])
        let (ea, eb) = (AnyTensor.float64(a.errorOrZeros), AnyTensor.float64(b.errorOrZeros))
        let propagated: Tensor<Double>
        switch operation {
        case .add, .subtract:
            propagated = try exact(BinaryArithmetic.add, [ea, eb])
        case .multiply:
            // |a b - a' b'| <= |a| eb + |b| ea + ea eb
            let grown = try exact(BinaryArithmetic.multiply, [a.magnitudeWithError, b.magnitudeWithError])
            let own = try exact(BinaryArithmetic.multiply, [a.magnitude, b.magnitude])
            propagated = grown.zipMap(own) { error(of: $1, grownTo: $0) }
        case .divide:
            // |a / b - a' / b'| <= (|b| ea + |a| eb) / (|b| (|b| - eb))
            let one = try exact(BinaryArithmetic.multiply, [b.magnitude, ea])
            let other = try exact(BinaryArithmetic.multiply, [a.magnitude, eb])
            let smallest = try exact(BinaryArithmetic.subtract, [b.magnitude, eb]).map { max($0, 0) }
            let divisor = try exact(BinaryArithmetic.multiply, [b.magnitude, .float64(smallest)])
            let sum = one.zipMap(other, +)
            propagated = try exact(BinaryArithmetic.divide, [.float64(sum), .float64(divisor)])
                // As above, for infinities.
                .map { $0.isNaN ? 0 : $0 }
        case .power: return try powerErrors(operands, output)
        case .modulo, .remainder:
            // An error may carry a remainder past the divisor.
            let errors = try exact(BinaryArithmetic.add, [ea, eb])
            let divisors = try exact(BinaryArithmetic.add, [.float64(errors.map { _ in 0 }), b.magnitudeWithError])
            propagated = errors.zipMap(divisors) { $0 > 0 ? $1 : 0 }
        }
        return rounded(output, plus: propagated)
    }

    /// |a^b - a'^b'| at the corners of the ranges of a' and b'. The power costs a few roundings, as does b log(a),
    /// whose roundings the exponential turns into relative ones.
    fileprivate func powerErrors(_ operands: [Operand], _ output: Tensor<Double>) throws -> Tensor<Double> {
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
            // If the base may be 0, the power may turn between the corners, and if the exponent may be negative, too, it
            // has no bound.
            let mayBeZero = base.zipMap(a.errorOrZeros) { $1 > 0 && abs($0) <= $1 ? 1.0 : 0 }
            let mayBeNegative = exponent.zipMap(b.errorOrZeros) { $0 < $1 ? 2.0 : 0 }
            let doubts = try exact(BinaryArithmetic.add, [.float64(mayBeZero), .float64(mayBeNegative)])
            let largest = try corner(1, 1).zipMap(try corner(-1, 1)) { max(abs($0), abs($1)) }
            errors = errors.zipMap(doubts.zipMap(largest) { $0 == 3 ? .infinity : $0 == 1 ? $1 : 0 }, max)
        }
        let logarithms = base.map { $0 == 0 ? 0 : log(abs($0)) }
        let steepness = try exact(BinaryArithmetic.multiply, [.float64(logarithms), .float64(exponent)])
        return output.zipMap(errors.zipMap(steepness) { ($0, $1) }) { exact, error in
            guard exact.isFinite else { return 0 }
            let own = (4 + 2 * abs(error.1)) * working.unitRoundoff * abs(exact)
            return stored(BoundedNumber(value: exact, error: error.0 + own))
        }
    }
}
