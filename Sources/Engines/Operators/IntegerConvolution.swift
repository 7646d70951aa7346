import NetworkGraph
import Tensors

extension IntegerConvolution: ComputableOperator {
    /// y = convolution of x - zero point with weights - zero points.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.integer(0).less(zeroPoints: inputs.optionalInteger(2))
        let weights = try inputs.integer(1).less(zeroPoints: inputs.optionalInteger(3))
        return .integer(try integerSums(convolution, x, weights, giving: type.shape))
    }
}

extension IntegerConvolution {
    /// Only errors of the integers themselves count.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.integerSums(
            convolution, operands[0], operands.optional(2), operands[1], operands.optional(3)
        ).errors
    }
}
