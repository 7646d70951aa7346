import NetworkGraph
import Tensors

extension ArgExtreme: ComputableOperator {
    /// y = the index of the first largest (smallest) number along the axis, or of the last; of a NaN, if there is one.
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

extension ArgExtreme {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.argExtremeErrors(self, operands[0], operands.output)
    }
}

extension RoundingBound {
    /// Any index is right if another number may be as large as the largest.
    fileprivate func argExtremeErrors(_ operation: ArgExtreme, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<
        Double
    > {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let lanes = AxisLanes(x.shape, axis: operation.axis)
        let doubts = zip(lanes.starts, output.elements).map { start, place in
            isInDoubt(start + Int(place) * lanes.step, among: lanes, start, operand) ? Double.infinity : 0
        }
        return Tensor(output.shape, doubts)
    }

    fileprivate func isInDoubt(_ chosen: Int, among lanes: AxisLanes, _ start: Int, _ operand: Operand) -> Bool {
        guard let x = operand.values?.elements, let errors = operand.error?.elements, x.indices.contains(chosen) else {
            return false
        }
        return (0..<lanes.count).map { start + $0 * lanes.step }.contains { other in
            let reach = errors[other] + errors[chosen]
            return other != chosen && reach > 0 && abs(x[other] - x[chosen]) <= reach
        }
    }
}
