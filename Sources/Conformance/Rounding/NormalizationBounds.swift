import Engines
import Foundation
import NetworkGraph
import Tensors

extension RoundingBound {
    /// Of x / (bias + alpha / size * sum of squares)^beta, step by step.
    func lrnErrors(_ operation: LocalResponseNormalization, _ operand: Operand) -> Tensor<Double> {
        guard let x = operand.values else { return Tensor([], [0]) }
        let numbers = operand.numbers
        let squares = numbers.map { product($0, $0) }
        let (channels, plane) = (x.shape[1], x.shape.dimensions.dropFirst(2).reduce(1, *))
        let factor = rounded(.exactly(Double(operation.alpha) / Double(operation.size)))
        let beta = Double(operation.beta)
        var bounds = x
        for image in 0..<x.shape[0] {
            for channel in 0..<channels {
                let neighbours = operation.neighbours(of: channel, channels: channels)
                for pixel in 0..<plane {
                    let terms = neighbours.map { squares[(image * channels + $0) * plane + pixel] }
                    let base = sum(.exactly(Double(operation.bias)), product(factor, sum(terms)))
                    // The power's own roundings, relative to it.
                    let own = 4 + 2 * abs(beta * log(max(abs(base.value), .leastNormalMagnitude)))
                    let divisor = rounded(base.mapped { pow($0, beta) }, roundings: own)
                    let position = (image * channels + channel) * plane + pixel
                    bounds.elements[position] = stored(quotient(numbers[position], divisor))
                }
            }
        }
        return bounds
    }

    /// Of (x - mean) / sqrt(variance + epsilon) * scale + shift, step by step. A variance may also be computed as the
    /// mean of squares less the square of the mean, which loses more: with it the mean's square counts.
    func normalizationErrors(
        _ operation: Normalization, _ operands: [Operand], _ output: Tensor<Double>
    ) -> Tensor<Double> {
        guard let x = operands[0].values else { return Tensor([], [0]) }
        let numbers = operands[0].numbers
        let count = operation.groupCount(in: x.shape)
        var results = numbers
        var statistics = [Double]()
        for start in stride(from: 0, to: numbers.count, by: max(count, 1)) {
            let group = numbers[start..<start + count]
            let mean = quotient(sum(group), .exactly(Double(count)))
            let differences = group.map { sum($0, BoundedNumber(value: -mean.value, error: mean.error)) }
            var variance = quotient(sum(differences.map { product($0, $0) }), .exactly(Double(count)))
            variance.error += Double(count + 4) * working.unitRoundoff * mean.magnitude * mean.magnitude
            let deviation = squareRoot(sum(variance, .exactly(Double(operation.epsilon))))
            if operation.result != .normalized {
                statistics.append(stored(operation.result == .mean ? mean : quotient(.exactly(1), deviation)))
            }
            for (position, difference) in zip(start..<start + count, differences) {
                results[position] = quotient(difference, deviation)
            }
        }
        guard operation.result == .normalized else { return Tensor(output.shape, statistics) }
        func factor(_ position: Int) -> [BoundedNumber]? {
            guard operands.indices.contains(position), let values = operands[position].values else { return nil }
            let numbers = operands[position].numbers
            let shape = operation.broadcastShape(of: values.shape, for: x.shape)
            let places = StridedPositions(
                extents: x.shape.dimensions, strides: shape.broadcastStrides(to: x.shape))
            return places.map { numbers[$0] }
        }
        if let scale = factor(1) { results = zip(results, scale).map { product($0, $1) } }
        if let shift = factor(2) { results = zip(results, shift).map { sum($0, $1) } }
        return Tensor(x.shape, results.map(stored))
    }

    /// Of x / norm, step by step.
    func normDivisionErrors(_ operation: NormDivision, _ operand: Operand) -> Tensor<Double> {
        guard let x = operand.values else { return Tensor([], [0]) }
        let numbers = operand.numbers
        let lanes = AxisLanes(x.shape, axis: operation.axis)
        var bounds = x.map { _ in 0.0 }
        for start in lanes.starts {
            let positions = (0..<lanes.count).map { start + $0 * lanes.step }
            let terms = positions.map { position in
                let number = numbers[position]
                return operation.isOfMagnitudes
                    ? BoundedNumber(value: abs(number.value), error: number.error) : product(number, number)
            }
            let total = sum(terms)
            let norm = operation.isOfMagnitudes ? total : squareRoot(total)
            guard norm.value != 0 else {
                // Zeros stay zeros; what may be other than 0 may become anything of a norm of 1.
                let isInDoubt = positions.contains { numbers[$0].error > 0 }
                for position in positions { bounds.elements[position] = isInDoubt ? 1 : 0 }
                continue
            }
            for position in positions { bounds.elements[position] = stored(quotient(numbers[position], norm)) }
        }
        return bounds
    }

    /// Of a tensor resampled: the moved errors, the roundings of weighted sums, and those of coordinates, which are
    /// relative to the extents: a place that is off by d takes a weighted sum off by d times the steepest step.
    func resizeErrors(
        _ operation: Resize, _ inputs: [AnyTensor?], _ operand: Operand, _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        if case .nearest = operation.mode {
            var moved = inputs
            moved[0] = .float64(operand.errorOrZeros)
            return try exact(operation, moved)
        }
        guard let x = operand.values else { return output.map { _ in 0 } }
        let geometry = zip(x.shape.dimensions, output.shape.dimensions).filter { $0 != $1 }
        // Keys' weights have magnitudes that sum to at most 1.75 for a coefficient of -0.75.
        let weight = operation.mode == .linear ? 1 : pow(2, Double(geometry.count))
        let largest = x.elements.reduce(0) { max($0, $1.isFinite ? abs($1) : 0) }
        let largestError = operand.errorOrZeros.elements.max() ?? 0
        let extents = geometry.reduce(0) { $0 + Double(max($1.0, $1.1)) }
        let roundings = (8 + 8 * Double(geometry.count) + 8 * extents) * working.unitRoundoff
        let bound = weight * (largestError + roundings * (largest + largestError))
        return output.map { $0.isFinite ? stored(BoundedNumber(value: $0, error: bound)) : 0 }
    }
}
