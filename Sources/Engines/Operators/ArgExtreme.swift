import NetworkGraph
import Tensors

extension ArgExtreme: ComputableOperator {
    /// y = the place of the first largest (smallest) number along the axis, or of the last one; of a NaN, if there is
    /// one.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let lanes = AxisLanes(try inputs.real(0).shape, axis: axis)
        let x = try inputs.real(0).elements
        let y = lanes.starts.map { start in
            var best = 0
            for place in 1..<max(lanes.count, 1) {
                let (number, held) = (x[start + place * lanes.step], x[start + best * lanes.step])
                guard !held.isNaN else { break }
                let isBetter = isMaximum ? number > held : number < held
                if isBetter || number.isNaN || takesLast && number == held { best = place }
            }
            return Int64(best)
        }
        return .integer(Tensor(type.shape, y))
    }
}
