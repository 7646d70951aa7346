import NetworkGraph
import Tensors

extension Normalization: ComputableOperator {
    /// y = (x - mean) / sqrt(variance + epsilon) * scale + shift with variance the mean of (x - mean)^2, in the working
    /// precision, stored once; or the mean, or 1 / sqrt(variance + epsilon).
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let count = groupCount(in: x.shape)
        var y = x.map { A.Working($0) }
        var statistics = [A.Working]()
        for start in stride(from: 0, to: x.shape.count, by: max(count, 1)) {
            let group = start..<start + count
            let mean = y.elements[group].reduce(0, +) / A.Working(count)
            let variance =
                y.elements[group].reduce(A.Working(0)) { $0 + ($1 - mean) * ($1 - mean) } / A.Working(count)
            let deviation = (variance + A.Working(epsilon)).squareRoot()
            if result != .normalized { statistics.append(result == .mean ? mean : 1 / deviation) }
            for position in group { y.elements[position] = (y.elements[position] - mean) / deviation }
        }
        guard result == .normalized else { return .real(Tensor(type.shape, statistics.map { A.stored($0) })) }
        func broadcast(_ factor: Tensor<A.Element>) -> Tensor<A.Element> {
            factor.reshaped(to: broadcastShape(of: factor.shape, for: x.shape))
        }
        y = y.combined(with: broadcast(try inputs.real(1)), to: x.shape) { $0 * A.Working($1) }
        if let shift = try inputs.optionalReal(2) {
            y = y.combined(with: broadcast(shift), to: x.shape) { $0 + A.Working($1) }
        }
        return .real(y.map { A.stored($0) })
    }
}

extension Normalization {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.normalizationErrors(self, operands.all, operands.output)
    }
}

extension RoundingBound {
    /// The bound of (x - mean) / sqrt(variance + epsilon) * scale + shift, step by step. Some programs compute the
    /// variance as the mean of squares minus the squared mean, which loses more: the bound includes the mean's square.
    fileprivate func normalizationErrors(
        _ operation: Normalization, _ operands: [Operand], _ output: Tensor<Double>
    ) -> Tensor<Double> {
        guard let x = operands[0].values else { return Tensor([], [0]) }
        let numbers = operands[0].numbers
        let count = operation.groupCount(in: x.shape)
        var results = numbers
        var statistics = [Double]()
        // A variance is not below 0.
        let least = leastRounded(leastRounded(Double(operation.epsilon)).squareRoot())
        for start in stride(from: 0, to: numbers.count, by: max(count, 1)) {
            let group = numbers[start..<start + count]
            let mean = quotient(sum(group), .exactly(Double(count)))
            let differences = group.map { sum($0, BoundedNumber(value: -mean.value, error: mean.error)) }
            var variance = quotient(sum(differences.map { product($0, $0) }), .exactly(Double(count)))
            variance.error += Double(count + 4) * working.unitRoundoff * mean.magnitude * mean.magnitude
            let deviation = squareRoot(sum(variance, .exactly(Double(operation.epsilon))))
            if operation.result != .normalized {
                statistics.append(
                    stored(operation.result == .mean ? mean : quotient(.exactly(1), deviation, atLeast: least)))
            }
            for (position, difference) in zip(start..<start + count, differences) {
                results[position] = quotient(difference, deviation, atLeast: least)
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
}
