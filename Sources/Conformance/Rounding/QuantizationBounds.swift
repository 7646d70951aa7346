import Engines
import NetworkGraph
import Tensors

extension RoundingBound {
    /// Bounds for the operators that quantise numbers, or compute with quantised ones; nil for another operator.
    func quantizationErrors(
        _ operation: any Operator, _ operands: [Operand], _ output: Tensor<Double>
    ) throws -> Tensor<Double>? {
        switch operation {
        case let operation as QuantizeLinear:
            let positions = positions(operation.groups, operands)
            let (x, scales) = (operands[0].numbers, operands[1].numbers)
            let zeroPoints = optional(operands, 2)?.numbers
            return Tensor(
                output.shape,
                positions.enumerated().map { index, position in
                    steppedError(
                        quotient(x[index], scales[position]), zeroPoint: zeroPoints?[position] ?? .exactly(0),
                        operation.range, output.elements[index])
                })
        case let operation as DequantizeLinear:
            let positions = positions(operation.groups, operands)
            let (x, scales) = (operands[0].numbers, operands[1].numbers)
            let zeroPoints = optional(operands, 2)?.numbers
            return Tensor(
                output.shape,
                positions.enumerated().map { index, position in
                    let zero = zeroPoints?[position] ?? .exactly(0)
                    let steps = BoundedNumber(value: x[index].value - zero.value, error: x[index].error + zero.error)
                    return stored(product(rounded(steps), scales[position]))
                })
        case let operation as DynamicQuantizeLinear: return dynamicErrors(operation, operands[0], output)
        case let operation as IntegerConvolution:
            return try integerSums(
                operation.convolution, operands[0], optional(operands, 2), operands[1], optional(operands, 3)
            ).errors
        case is IntegerMatMul:
            return try integerSums(
                MatMul(), operands[0], optional(operands, 2), operands[1], optional(operands, 3)
            ).errors
        case let operation as QuantizedConvolution:
            var sums = try integerSums(
                operation.convolution, operands[0], operands[2], operands[3], operands[5])
            let channels = QuantizationGroups().positions(in: output.shape, scaleCount: 0)
            if let bias = optional(operands, 8)?.numbers {
                for (index, channel) in channels.enumerated() {
                    sums.values.elements[index] += bias[channel].value
                    sums.errors.elements[index] += bias[channel].error
                }
            }
            let scales = operands[4].numbers
            return rescaledErrors(sums, operation.range, operands, output) { index in
                (operands[1].numbers[0], scales[scales.count == 1 ? 0 : channels[index]])
            }
        case let operation as QuantizedMatMul:
            let sums = try integerSums(MatMul(), operands[0], operands[2], operands[3], operands[5])
            let rowShape = MatMul.rowShape(operands[1].values?.shape ?? [], of: operands[0].values?.shape ?? [])
            let rows = places(of: rowShape, in: output.shape)
            let columns = places(of: operands[4].values?.shape ?? [], in: output.shape)
            let (aScales, bScales) = (operands[1].numbers, operands[4].numbers)
            return rescaledErrors(sums, operation.range, operands, output) { (aScales[rows[$0]], bScales[columns[$0]]) }
        default: return nil
        }
    }

    /// How far an integer that a number is rounded to may lie from the exact one, when the number has an error.
    private func steppedError(
        _ number: BoundedNumber, zeroPoint: BoundedNumber, _ range: IntegerRange, _ exact: Double
    ) -> Double {
        guard number.value.isFinite, number.error.isFinite, zeroPoint.error.isFinite else {
            return Double(range.most - range.least)
        }
        let ends = [number.value - number.error, number.value + number.error].map {
            abs(Double(range.quantized($0, zeroPoint: Int(zeroPoint.value))) - exact)
        }
        return (ends.max() ?? 0) + zeroPoint.error
    }

    private func dynamicErrors(
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
        let zeroError = steppedError(zero, zeroPoint: .exactly(0), .uint8, exactZero)
        guard operation.result != .zeroPoint else { return output.map { _ in zeroError } }
        let zeroPoint = BoundedNumber(value: exactZero, error: zeroError)
        return Tensor(
            output.shape,
            zip(numbers, output.elements).map { number, exact in
                steppedError(quotient(number, scale), zeroPoint: zeroPoint, .uint8, exact)
            })
    }

    // MARK: Pieces

    private typealias Sums = (values: Tensor<Double>, errors: Tensor<Double>)

    /// Exact sums of products of integers less their zero points, and what integers that are off do to them. Integers are
    /// summed without rounding.
    private func integerSums(
        _ operation: any Operator, _ a: Operand, _ aZero: Operand?, _ b: Operand, _ bZero: Operand?
    ) throws -> Sums {
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
            // Of a convolution's weights, one for each output channel.
            operation is MatMul || $0.count == 1 || $0.rank != 1
                ? $0 : Shape($0.dimensions + [Int](repeating: 1, count: bShape.rank - 1))
        }
        let own = try exact(operation, [left.magnitude, right.magnitude])
        let whole = try exact(operation, [left.magnitudeWithError, right.magnitudeWithError])
        return (
            try exact(operation, [left.anyValues, right.anyValues]),
            // What 32 bits do not hold is cut to them.
            whole.zipMap(own) { $0 < 0x1p31 || $0 == $1 ? $0 - $1 : 0x1p32 }
        )
    }

    /// Of sums in units of two scales, quantised in units of a third, all among the operands.
    private func rescaledErrors(
        _ sums: Sums, _ range: IntegerRange, _ operands: [Operand], _ output: Tensor<Double>,
        scales: (Int) -> (BoundedNumber, BoundedNumber)
    ) -> Tensor<Double> {
        let (outputScale, zeroPoint) = (operands[6].numbers[0], operands[7].numbers[0])
        return Tensor(
            output.shape,
            output.elements.enumerated().map { index, exact in
                let (first, second) = scales(index)
                let multiplier = quotient(product(first, second), outputScale)
                let sum = BoundedNumber(value: sums.values.elements[index], error: sums.errors.elements[index])
                return steppedError(product(rounded(sum), multiplier), zeroPoint: zeroPoint, range, exact)
            })
    }

    private func optional(_ operands: [Operand], _ position: Int) -> Operand? {
        operands.indices.contains(position) && operands[position].values != nil ? operands[position] : nil
    }

    /// For each element of the first operand the position of its scale among those of the second.
    private func positions(_ groups: QuantizationGroups, _ operands: [Operand]) -> [Int] {
        groups.positions(in: operands[0].values?.shape ?? [], scaleCount: operands[1].values?.shape.count ?? 1)
    }

    /// For each element of a result the position of the element that is broadcast to it.
    private func places(of shape: Shape, in result: Shape) -> [Int] {
        Array(StridedPositions(extents: result.dimensions, strides: shape.broadcastStrides(to: result)))
    }
}
