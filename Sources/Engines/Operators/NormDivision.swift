import NetworkGraph
import Tensors

extension NormDivision: ComputableOperator {
    /// y = x / norm, or 0 if the norm is 0, in the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        var y = try inputs.real(0)
        let lanes = AxisLanes(y.shape, axis: axis)
        for start in lanes.starts {
            let positions = (0..<lanes.count).map { start + $0 * lanes.step }
            let sum = positions.reduce(A.Working(0)) { sum, position in
                let number = A.Working(y.elements[position])
                return sum + (isOfMagnitudes ? abs(number) : number * number)
            }
            let norm = isOfMagnitudes ? sum : sum.squareRoot()
            for position in positions {
                y.elements[position] = norm == 0 ? 0 : A.stored(A.Working(y.elements[position]) / norm)
            }
        }
        return .real(y)
    }
}

extension NormDivision {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.normDivisionErrors(self, operands[0])
    }
}

extension RoundingBound {
    /// The bound of x / norm, step by step.
    fileprivate func normDivisionErrors(_ operation: NormDivision, _ operand: Operand) -> Tensor<Double> {
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
                // Zeros stay zeros; a number that may be nonzero may become any part of a vector of norm 1.
                let isInDoubt = positions.contains { numbers[$0].error > 0 }
                for position in positions { bounds.elements[position] = isInDoubt ? 1 : 0 }
                continue
            }
            for position in positions { bounds.elements[position] = stored(quotient(numbers[position], norm)) }
        }
        return bounds
    }
}
