import Foundation
import NetworkGraph
import Tensors

extension LocalResponseNormalization: ComputableOperator {
    /// y = x / (bias + alpha / size * s)^beta with s the sum of the neighbours' squares, in the working precision,
    /// stored once; the power is computed in float64.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let channels = x.shape[1]
        let plane = x.shape.dimensions.dropFirst(2).reduce(1, *)
        let squares = x.elements.map { A.Working($0) * A.Working($0) }
        let factor = A.Working(alpha) / A.Working(size)
        var y = x.elements
        for image in 0..<x.shape[0] {
            for channel in 0..<channels {
                let neighbours = neighbours(of: channel, channels: channels)
                for pixel in 0..<plane {
                    let sum = neighbours.reduce(A.Working(0)) { $0 + squares[(image * channels + $1) * plane + pixel] }
                    let position = (image * channels + channel) * plane + pixel
                    let divisor = A.Working(pow(Double(A.Working(bias) + factor * sum), Double(beta)))
                    y[position] = A.stored(A.Working(x.elements[position]) / divisor)
                }
            }
        }
        return .real(Tensor(type.shape, y))
    }
}

extension LocalResponseNormalization {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.lrnErrors(self, operands[0])
    }
}

extension RoundingBound {
    /// The bound of x / (bias + alpha / size * sum of squares)^beta, step by step.
    fileprivate func lrnErrors(_ operation: LocalResponseNormalization, _ operand: Operand) -> Tensor<Double> {
        guard let x = operand.values else { return Tensor([], [0]) }
        let numbers = operand.numbers
        let squares = numbers.map { product($0, $0) }
        let (channels, plane) = (x.shape[1], x.shape.dimensions.dropFirst(2).reduce(1, *))
        let factor = rounded(.exactly(Double(operation.alpha) / Double(operation.size)))
        let beta = Double(operation.beta)
        // Squares do not fall below 0.
        let isAboveBias = operation.alpha >= 0 && beta >= 0
        let least = isAboveBias ? leastRounded(pow(leastRounded(Double(operation.bias)), beta)) : 0
        var bounds = x
        for image in 0..<x.shape[0] {
            for channel in 0..<channels {
                let neighbours = operation.neighbours(of: channel, channels: channels)
                for pixel in 0..<plane {
                    let terms = neighbours.map { squares[(image * channels + $0) * plane + pixel] }
                    let base = sum(.exactly(Double(operation.bias)), product(factor, sum(terms)))
                    // The power's own relative roundings.
                    let own = 4 + 2 * abs(beta * log(max(abs(base.value), .leastNormalMagnitude)))
                    let divisor = rounded(base.mapped { pow(max($0, 0), beta) }, roundings: own)
                    let position = (image * channels + channel) * plane + pixel
                    bounds.elements[position] = stored(quotient(numbers[position], divisor, atLeast: least))
                }
            }
        }
        return bounds
    }
}
