import NetworkGraph
import Tensors

extension BatchNormalization: ComputableOperator {
    /// y = (x - mean) * (scale / sqrt(variance + epsilon)) + shift, in the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (scale, shift) = (try inputs.real(1).elements, try inputs.real(2).elements)
        let (mean, variance) = (try inputs.real(3).elements, try inputs.real(4).elements)
        let factors = factors(scale: scale.map { A.Working($0) }, variance: variance.map { A.Working($0) })
        let channels = x.shape[1]
        let plane = x.shape.dimensions.dropFirst(2).reduce(1, *)
        let y = x.elements.enumerated().map { position, x in
            let channel = position / plane % channels
            return A.stored((A.Working(x) - A.Working(mean[channel])) * factors[channel] + A.Working(shift[channel]))
        }
        return .real(Tensor(type.shape, y))
    }

    /// scale / sqrt(variance + epsilon)
    func factors<Number: BinaryFloatingPoint>(scale: [Number], variance: [Number]) -> [Number] {
        zip(scale, variance).map { $0 / ($1 + Number(epsilon)).squareRoot() }
    }
}

extension BatchNormalization {
    /// Bounded like a sum of the absolute values of its parts: |x - mean| is at most |x| + |mean|. Roundings are those
    /// of x - mean, variance + epsilon, its root, the quotient, the product, the shift and the result.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        func absolute(_ magnitudes: [AnyTensor?], variance: AnyTensor?) throws -> Tensor<Double> {
            var parts = magnitudes
            parts[3] = parts[3].map { .float64($0.float64.map { -$0 }) }
            parts[4] = variance
            return try bound.exact(self, parts)
        }
        let smallest = smallestVariance(operands[4], in: bound)
        return bound.sumErrors(
            of: try absolute(operands.all.map(\.magnitude), variance: operands[4].anyValues),
            grownTo: try absolute(operands.all.map(\.magnitudeWithError), variance: smallest), length: 7,
            underflowGrowth: underflowGrowth(operands, smallest))
    }

    /// How far a step may amplify what an earlier one lost among the subnormals: by x - mean, and by 1 / sqrt(variance
    /// + epsilon).
    private func underflowGrowth(_ operands: BoundedOperands, _ variance: AnyTensor?) -> Double {
        func largest(_ position: Int) -> Double {
            operands[position].magnitudeWithError?.float64.elements.filter(\.isFinite).max() ?? 0
        }
        let smallest = variance?.float64.elements.min() ?? 0
        let divisor = max(smallest + Double(epsilon), .leastNormalMagnitude).squareRoot()
        return (1 + largest(0) + largest(3)) * max(1, 1 / divisor)
    }

    /// The smallest variance that may be divided by, minus epsilon's rounding error: the quotient grows faster below
    /// the exact one than it falls above it.
    private func smallestVariance(_ variance: Operand, in bound: RoundingBound) -> AnyTensor? {
        guard let values = variance.values else { return nil }
        let epsilon = Double(epsilon)
        let lost = epsilon - bound.leastRounded(epsilon)
        return .float64(values.zipMap(variance.errorOrZeros) { max($0 - $1 - lost, -epsilon) })
    }
}
