import NetworkGraph
import Tensors

extension QuantizedMatMul: ComputableOperator {
    /// y = saturated(round(sum * (scale of A * scale of B / scale of y)) + zero point of y).
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let (a, b) = (try inputs.integer(0), try inputs.integer(3))
        func rows<Element>(_ parameters: Tensor<Element>) -> Tensor<Element> {
            parameters.reshaped(to: MatMul.rowShape(parameters.shape, of: a.shape))
        }
        let sums = try integerSums(
            MatMul(), a.less(broadcast: rows(try inputs.integer(2))), b.less(broadcast: try inputs.integer(5)),
            giving: type.shape)
        let (outputScale, zeroPoint) = (try inputs.real(6).elements[0], Int(try inputs.integer(7).elements[0]))
        let rowScales = StridedPositions(of: rows(try inputs.real(1)).shape, in: type.shape)
        let columnScales = StridedPositions(of: try inputs.real(4).shape, in: type.shape)
        let (aScales, bScales) = (try inputs.real(1).elements, try inputs.real(4).elements)
        let quantized = zip(sums.elements, zip(rowScales, columnScales)).map { sum, scales in
            let number = A.rescaled(sum, by: aScales[scales.0], bScales[scales.1], to: outputScale)
            return Int64(range.quantized(number, zeroPoint: zeroPoint))
        }
        return .integer(Tensor(type.shape, quantized))
    }
}

extension QuantizedMatMul {
    /// The bound of exact sums, scaled and rounded to steps.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        let sums = try bound.integerSums(MatMul(), operands[0], operands[2], operands[3], operands[5])
        let output = operands.output.shape
        let rowShape = MatMul.rowShape(operands[1].values?.shape ?? [], of: operands[0].values?.shape ?? [])
        let rows = Array(StridedPositions(of: rowShape, in: output))
        let columns = Array(StridedPositions(of: operands[4].values?.shape ?? [], in: output))
        let (aScales, bScales) = (operands[1].numbers, operands[4].numbers)
        return bound.rescaledErrors(sums, range, operands) { (aScales[rows[$0]], bScales[columns[$0]]) }
    }
}
