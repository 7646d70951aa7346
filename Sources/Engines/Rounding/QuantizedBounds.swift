import NetworkGraph
import Tensors

/// Exact sums of integers, and the effect of errors in these integers.
struct IntegerSums {
    var values: Tensor<Double>
    var errors: Tensor<Double>
}

extension RoundingBound {
    /// Exact sums of products of integers minus their zero points, and the effect of errors in these integers. Integers
    /// are summed without rounding.
    func integerSums(
        _ operation: any Operator, _ a: Operand, _ aZero: Operand?, _ b: Operand, _ bZero: Operand?
    ) throws -> IntegerSums {
        func difference(_ x: Operand, _ zero: Operand?, _ shape: (Shape) -> Shape) throws -> Operand {
            guard let zero, let values = zero.values else { return x }
            func reshaped(_ tensor: Tensor<Double>) -> AnyTensor { .float64(tensor.reshaped(to: shape(tensor.shape))) }
            return Operand(
                values: try exact(BinaryArithmetic.subtract, [x.anyValues, reshaped(values)]),
                error: try exact(
                    BinaryArithmetic.add, [.float64(x.errorOrZeros), reshaped(zero.errorOrZeros)]))
        }
        let (aShape, bShape) = (a.values?.shape ?? [], b.values?.shape ?? [])
        let left = try difference(a, aZero) { operation is MatMul ? MatMul.rowShape($0, of: aShape) : $0 }
        let right = try difference(b, bZero) {
            // For a convolution's weights, one for each output channel.
            operation is MatMul || $0.count == 1 || $0.rank != 1
                ? $0 : Shape($0.dimensions + [Int](repeating: 1, count: bShape.rank - 1))
        }
        let own = try exact(operation, [left.magnitude, right.magnitude])
        let whole = try exact(operation, [left.magnitudeWithError, right.magnitudeWithError])
        return IntegerSums(
            values: try exact(operation, [left.anyValues, right.anyValues]),
            // Numbers beyond 32 bits are truncated to them.
            errors: whole.zipMap(own) { $0 < 0x1p31 || $0 == $1 ? $0 - $1 : 0x1p32 })
    }

    /// The bound of sums scaled by two scales and quantised with a third, all of them operands.
    func rescaledErrors(
        _ sums: IntegerSums, _ range: IntegerRange, _ operands: BoundedOperands,
        scales: (Int) -> (BoundedNumber, BoundedNumber)
    ) -> Tensor<Double> {
        let (outputScale, zeroPoint) = (operands[6].numbers[0], operands[7].numbers[0])
        return Tensor(
            operands.output.shape,
            operands.output.elements.enumerated().map { index, exact in
                let (first, second) = scales(index)
                let multiplier = quotient(product(first, second), outputScale)
                let sum = BoundedNumber(value: sums.values.elements[index], error: sums.errors.elements[index])
                return range.steppedError(product(rounded(sum), multiplier), zeroPoint: zeroPoint, from: exact)
            })
    }
}

extension IntegerRange {
    /// If a number has an error, how far the integer that it rounds to may lie from the exact one.
    func steppedError(_ number: BoundedNumber, zeroPoint: BoundedNumber, from exact: Double) -> Double {
        guard number.value.isFinite, number.error.isFinite, zeroPoint.error.isFinite else {
            return Double(most - least)
        }
        let ends = [number.value - number.error, number.value + number.error].map {
            abs(Double(quantized($0, zeroPoint: Int(zeroPoint.value))) - exact)
        }
        return (ends.max() ?? 0) + zeroPoint.error
    }
}

extension QuantizationGroups {
    /// The combined error of each element of the first operand and of its group's scale and zero point.
    func errors(
        of operands: BoundedOperands,
        _ error: (_ x: BoundedNumber, _ scale: BoundedNumber, _ zeroPoint: BoundedNumber, _ exact: Double) -> Double
    ) -> Tensor<Double> {
        let (x, scales, zeroPoints) = (operands[0].numbers, operands[1].numbers, operands.optional(2)?.numbers)
        let positions = self.positions(in: operands[0].values?.shape ?? [], scaleCount: scales.count)
        return Tensor(
            operands.output.shape,
            positions.enumerated().map { index, position in
                error(
                    x[index], scales[position], zeroPoints?[position] ?? .exactly(0), operands.output.elements[index])
            })
    }
}
