import NetworkGraph
import Tensors

extension NormDivision: ComputableOperator {
    /// y = x / norm, 0 where the norm is 0, in the working precision, stored once.
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
