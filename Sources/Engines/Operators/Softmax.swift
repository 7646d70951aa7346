import Foundation
import NetworkGraph
import Tensors

extension Softmax: ComputableOperator {
    /// y = e / sum of e with e = exp(x - the largest x), in the working precision, stored once.
    ///
    /// exp is computed in float64, see ``exponentials(of:level:)``, and rounded to the working precision.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (outer, summed, inner) = extents(of: x.shape)
        // The sums of a block side by side, so that neighbours in memory follow each other.
        func forEachRow(of block: Int, _ compute: (_ row: Range<Int>) -> Void) {
            for row in 0..<summed {
                let start = (block * summed + row) * inner
                compute(start..<start + inner)
            }
        }
        var differences = [Double](repeating: 0, count: x.elements.count)
        for block in 0..<outer {
            var largest = [A.Working](repeating: -A.Working.infinity, count: inner)
            forEachRow(of: block) { row in
                for (lane, position) in row.enumerated() {
                    largest[lane] = A.Working.maximum(largest[lane], A.Working(x.elements[position]))
                }
            }
            forEachRow(of: block) { row in
                for (lane, position) in row.enumerated() {
                    differences[position] = Double(A.Working(x.elements[position]) - largest[lane])
                }
            }
        }
        let powers = exponentials(of: differences).map { A.Working($0) }
        var y = x.elements
        for block in 0..<outer {
            var sums = [A.Working](repeating: 0, count: inner)
            forEachRow(of: block) { row in
                for (lane, position) in row.enumerated() { sums[lane] += powers[position] }
            }
            forEachRow(of: block) { row in
                for (lane, position) in row.enumerated() { y[position] = A.stored(powers[position] / sums[lane]) }
            }
        }
        return .real(Tensor(type.shape, y))
    }
}

extension Softmax {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.softmaxErrors(self, operands[0], operands.output)
    }
}

extension RoundingBound {
    /// An error of e in an exponent changes its exponential by a factor of exp(e), and the sum by its share of that.
    /// Rounding x - max contributes u |x - max| to e.
    fileprivate func softmaxErrors(
        _ softmax: Softmax, _ operand: Operand, _ output: Tensor<Double>
    ) -> Tensor<Double> {
        let unit = working.unitRoundoff
        guard let x = operand.values else { return output.map { _ in 0 } }
        let (outer, summed, inner) = softmax.extents(of: x.shape)
        let errors = operand.errorOrZeros.elements
        var result = output
        for block in 0..<outer {
            for lane in 0..<inner {
                let positions = (0..<summed).map { (block * summed + $0) * inner + lane }
                let largest = positions.map { x.elements[$0] }.max() ?? 0
                let largestError = positions.map { errors[$0] }.max() ?? 0
                func exponentError(_ position: Int) -> Double {
                    errors[position] + largestError + unit * (largest - x.elements[position])
                }
                // By how much an error of its exponent may raise a share of the sum. What float64 holds of a share below
                // its normal numbers says nothing of what the share grows to: e / sum is at most e, for the largest e is 1.
                func growth(_ position: Int, _ error: Double) -> Double {
                    let (share, difference) = (output.elements[position], x.elements[position] - largest)
                    guard share < .leastNormalMagnitude else { return share * expm1(error) }
                    return difference == -.infinity ? 0 : exp(difference + error)
                }
                // The effect of all exponents' errors on the sum: each counts by its share.
                let sumError = positions.reduce(0.0) { $0 + growth($1, exponentError($1)) }
                // The roundings of the sum, two exponentials (each two and the error itself) and the quotient: rounded
                // up to 8.
                let roundings = Double(summed + 8) * unit
                for position in positions {
                    let exact = output.elements[position]
                    let own = expm1(exponentError(position) + sumError) + roundings + stored.unitRoundoff
                    let moved =
                        exact < .leastNormalMagnitude
                        ? growth(position, exponentError(position)) * (1 + roundings + stored.unitRoundoff)
                        : exact * own
                    // If stored numbers have fewer bits, the exponential and the quotient may each be rounded.
                    result.elements[position] = moved + 4 * stored.underflowUnit
                }
            }
        }
        return result
    }
}
