import NetworkGraph
import Tensors

extension CumulativeSum: ComputableOperator {
    /// y = the sum of x up to each place, inclusive or exclusive, in the working precision; each stored.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        var y = try inputs.real(0)
        let lanes = AxisLanes(y.shape, axis: try axis(of: inputs.values.map { $0?.type }))
        for start in lanes.starts {
            var sum = A.Working(0)
            for place in 0..<lanes.count {
                let position = start + (isReversed ? lanes.count - 1 - place : place) * lanes.step
                let next = sum + A.Working(y.elements[position])
                y.elements[position] = A.stored(isExclusive ? sum : next)
                sum = next
            }
        }
        return .real(y)
    }
}

extension CumulativeSum {
    /// Bounded like a sum of all numbers along the axis.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.cumulativeSumErrors(self, operands.tensors, operands[0])
    }
}

extension RoundingBound {
    fileprivate func cumulativeSumErrors(
        _ operation: CumulativeSum, _ inputs: [AnyTensor?], _ operand: Operand
    ) throws -> Tensor<Double> {
        let own = try exact(operation, [operand.magnitude, inputs[1]])
        let n = Double(own.shape.dimensions.max() ?? 1) * working.unitRoundoff
        return try exact(operation, [operand.magnitudeWithError, inputs[1]]).zipMap(own) { whole, own in
            let bound = error(of: own, grownTo: whole, roundings: n / (1 - n), underflow: working.underflowUnit)
            return stored(BoundedNumber(value: own, error: bound))
        }
    }
}
