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
