import NetworkGraph
import Tensors

extension CumulativeSum: ComputableOperator {
    /// y = the sum of x up to each place, with or without it, in the working precision; each stored.
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
