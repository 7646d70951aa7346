import NetworkGraph
import Tensors

extension QuantizedConvolution: ComputableOperator {
    /// y = saturated(round((sum + bias) * (scale of x * scale of the weights / scale of y)) + zero point of y).
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.integer(0).less(zeroPoints: inputs.integer(2))
        let weights = try inputs.integer(3).less(zeroPoints: inputs.integer(5))
        var sums = try integerSums(convolution, x, weights, giving: type.shape)
        let (scale, weightScales) = (try inputs.real(1).elements[0], try inputs.real(4).elements)
        let (outputScale, zeroPoint) = (try inputs.real(6).elements[0], Int(try inputs.integer(7).elements[0]))
        let bias = try inputs.optionalInteger(8)?.elements
        let channels = QuantizationGroups().positions(in: type.shape, scaleCount: 0)
        for index in sums.elements.indices {
            let channel = channels[index]
            let number = A.rescaled(
                sums.elements[index] &+ (bias?[channel] ?? 0), by: scale,
                weightScales[weightScales.count == 1 ? 0 : channel], to: outputScale)
            sums.elements[index] = Int64(range.quantized(number, zeroPoint: zeroPoint))
        }
        return .integer(sums)
    }
}

extension QuantizedConvolution {
    /// The bound of exact sums, scaled and rounded to steps.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        var sums = try bound.integerSums(convolution, operands[0], operands[2], operands[3], operands[5])
        let channels = QuantizationGroups().positions(in: operands.output.shape, scaleCount: 0)
        if let bias = operands.optional(8)?.numbers {
            for (index, channel) in channels.enumerated() {
                sums.values.elements[index] += bias[channel].value
                sums.errors.elements[index] += bias[channel].error
            }
        }
        let scales = operands[4].numbers
        return bound.rescaledErrors(sums, range, operands) { index in
            (operands[1].numbers[0], scales[scales.count == 1 ? 0 : channels[index]])
        }
    }
}
