import NetworkGraph
import Tensors

extension DynamicQuantizeLinear: ComputableOperator {
    /// The integers, the scale or the zero point, from the largest and the smallest element.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let largest = x.elements.reduce(0) { max($0, $1) }
        let smallest = x.elements.reduce(0) { min($0, $1) }
        let range = A.Working(largest) - A.Working(smallest)
        let scale = A.stored(range == 0 ? 1 : range / 255)
        let zeroPoint = IntegerRange.uint8.quantized(A.quotient(-smallest, scale), zeroPoint: 0)
        switch result {
        case .scale: return .real(Tensor([], [scale]))
        case .zeroPoint: return .integer(Tensor([], [Int64(zeroPoint)]))
        case .quantized:
            return .integer(
                x.map { Int64(IntegerRange.uint8.quantized(A.quotient($0, scale), zeroPoint: zeroPoint)) })
        }
    }
}

extension DynamicQuantizeLinear {
    /// The bound for a scale of 1/255 of the extent, and for the steps that follow from it.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.dynamicErrors(self, operands[0], operands.output)
    }
}

extension RoundingBound {
    fileprivate func dynamicErrors(
        _ operation: DynamicQuantizeLinear, _ operand: Operand, _ output: Tensor<Double>
    ) -> Tensor<Double> {
        let numbers = operand.numbers
        let error = numbers.map(\.error).max() ?? 0
        let largest = BoundedNumber(value: numbers.reduce(0) { max($0, $1.value) }, error: error)
        let negated = BoundedNumber(value: -numbers.reduce(0) { min($0, $1.value) }, error: error)
        let extent = sum(largest, negated)
        var scale = extent.value == 0 ? .exactly(1) : quotient(extent, .exactly(255))
        if extent.value == 0, error > 0 { scale.error = .infinity }
        scale.error = stored(scale)
        guard operation.result != .scale else { return output.map { _ in scale.error } }
        let zero = quotient(negated, scale)
        let exactZero = Double(IntegerRange.uint8.quantized(zero.value, zeroPoint: 0))
        let zeroError = IntegerRange.uint8.steppedError(zero, zeroPoint: .exactly(0), from: exactZero)
        guard operation.result != .zeroPoint else { return output.map { _ in zeroError } }
        let zeroPoint = BoundedNumber(value: exactZero, error: zeroError)
        return Tensor(
            output.shape,
            zip(numbers, output.elements).map { number, exact in
                IntegerRange.uint8.steppedError(quotient(number, scale), zeroPoint: zeroPoint, from: exact)
            })
    }
}
