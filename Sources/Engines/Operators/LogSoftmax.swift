import Foundation
import NetworkGraph
import Tensors

extension LogSoftmax: ComputableOperator {
    /// y = (x - max) - log(sum of exp(x - max)), in the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (outer, summed, inner) = softmax.extents(of: x.shape)
        var y = x.elements
        for start in (0..<outer * inner).map({ $0 / max(inner, 1) * summed * inner + $0 % max(inner, 1) }) {
            let positions = stride(from: start, to: start + summed * inner, by: inner)
            let largest = positions.reduce(-A.Working.infinity) { A.Working.maximum($0, A.Working(x.elements[$1])) }
            let differences = positions.map { A.Working(x.elements[$0]) - largest }
            let sum = exponentials(of: differences.map { Double($0) }).reduce(A.Working(0)) { $0 + A.Working($1) }
            let logarithm = A.Working(log(Double(sum)))
            for (position, difference) in zip(positions, differences) { y[position] = A.stored(difference - logarithm) }
        }
        return .real(Tensor(type.shape, y))
    }
}

extension LogSoftmax {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.logSoftmaxErrors(self, operands[0], operands.output)
    }
}

extension RoundingBound {
    /// An error of e in an exponent shifts the logarithm of the sum by at most the largest e.
    fileprivate func logSoftmaxErrors(_ operation: LogSoftmax, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<
        Double
    > {
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
                // The roundings of the sum, the exponentials, the logarithm and the differences.
                let roundings = Double(summed + 8) + 2 * abs(largest - x.elements[position]) + 2 * abs(exact)
                result.elements[position] = stored(
                    BoundedNumber(
                        value: exact, error: errors[position] + largestError + roundings * working.unitRoundoff))
            }
        }
        return result
    }
}
