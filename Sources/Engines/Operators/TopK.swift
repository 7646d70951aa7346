import NetworkGraph
import Tensors

extension TopK: ComputableOperator {
    /// y = the largest (smallest) numbers along the axis, or their indices; of equal ones, the first comes first.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let axis = try x.shape.checkedAxis(axis)
        let chosen = chosen(from: x.elements, x.shape, axis: axis, count: type.shape[axis])
        return givesPlaces
            ? .integer(Tensor(type.shape, chosen.map { Int64($0.place) }))
            : .real(Tensor(type.shape, chosen.map { x.elements[$0.position] }))
    }
}

extension TopK {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.topKErrors(self, operands[0], operands.output)
    }
}

extension RoundingBound {
    /// Order statistics move no further than their operands; if two numbers are closer than that, their indices may be
    /// any.
    fileprivate func topKErrors(_ operation: TopK, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let errors = operand.errorOrZeros.elements
        let (lanes, results) = (
            AxisLanes(x.shape, axis: operation.axis), AxisLanes(output.shape, axis: operation.axis)
        )
        var bounds = output.map { _ in 0.0 }
        for (start, target) in zip(lanes.starts, results.starts) {
            let positions = (0..<lanes.count).map { start + $0 * lanes.step }
            let largest = positions.map { errors[$0] }.max() ?? 0
            var bound = largest
            if operation.givesPlaces {
                let sorted = positions.map { x.elements[$0] }.sorted(by: operation.isLargest ? (>) : (<))
                let isClose = zip(sorted, sorted.dropFirst()).prefix(results.count).contains {
                    abs($0 - $1) <= 2 * largest
                }
                bound = largest > 0 && isClose ? .infinity : 0
            }
            for place in 0..<results.count { bounds.elements[target + place * results.step] = bound }
        }
        return bounds
    }
}
