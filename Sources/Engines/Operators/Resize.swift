import Foundation
import NetworkGraph
import Tensors

extension Resize: ComputableOperator {
    /// y = x resampled along one axis after another, in the working precision, stored once. Coordinates and weights are
    /// computed in float32, as inference engines do.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let geometry = try geometry(for: inputs.values.map { $0?.type })
        var y = try inputs.real(0).map { A.Working($0) }
        var isOutside = [Bool](repeating: false, count: type.shape.count)
        for (axis, own) in geometry.enumerated() where !own.isIdentity {
            let taps = (0..<own.outputExtent).map { self.taps(of: $0, along: own) }
            var dimensions = y.shape.dimensions
            dimensions[axis] = own.outputExtent
            let (source, target) = (AxisLanes(y.shape, axis: axis), AxisLanes(Shape(dimensions), axis: axis))
            var resampled = [A.Working](repeating: 0, count: Shape(dimensions).count)
            for (from, to) in zip(source.starts, target.starts) {
                for (place, tap) in taps.enumerated() {
                    resampled[to + place * target.step] = tap.reduce(A.Working(0)) {
                        $0 + A.Working($1.weight) * y.elements[from + $1.place * source.step]
                    }
                }
            }
            y = Tensor(Shape(dimensions), resampled)
        }
        if coordinates == .tfCropAndResize {
            for (axis, own) in geometry.enumerated() {
                let lanes = AxisLanes(type.shape, axis: axis)
                for place in 0..<own.outputExtent {
                    let coordinate = coordinate(of: place, along: own)
                    guard coordinate < 0 || coordinate > Float(own.inputExtent - 1) else { continue }
                    for start in lanes.starts { isOutside[start + place * lanes.step] = true }
                }
            }
        }
        let beyond = A.stored(A.Working(extrapolation))
        return .real(Tensor(type.shape, zip(y.elements, isOutside).map { $1 ? beyond : A.stored($0) }))
    }
}

extension Resize {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.resizeErrors(self, operands.tensors, operands[0], operands.output)
    }
}

extension RoundingBound {
    /// The bound of a resampled tensor: the moved errors, the roundings of weighted sums, and those of coordinates,
    /// which are relative to the extents. An error of d in a coordinate changes a weighted sum by d times the steepest
    /// step.
    fileprivate func resizeErrors(
        _ operation: Resize, _ inputs: [AnyTensor?], _ operand: Operand, _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        if case .nearest = operation.mode {
            var moved = inputs
            moved[0] = .float64(operand.errorOrZeros)
            return try exact(operation, moved)
        }
        guard let x = operand.values else { return output.map { _ in 0 } }
        let geometry = zip(x.shape.dimensions, output.shape.dimensions).filter { $0 != $1 }
        // The magnitudes of Keys' weights sum to at most 1.75 for a coefficient of -0.75.
        let weight = operation.mode == .linear ? 1 : pow(2, Double(geometry.count))
        let largest = x.elements.reduce(0) { max($0, $1.isFinite ? abs($1) : 0) }
        let largestError = operand.errorOrZeros.elements.max() ?? 0
        let extents = geometry.reduce(0) { $0 + Double(max($1.0, $1.1)) }
        let roundings = (8 + 8 * Double(geometry.count) + 8 * extents) * working.unitRoundoff
        let bound = weight * (largestError + roundings * (largest + largestError))
        return output.map { $0.isFinite ? stored(BoundedNumber(value: $0, error: bound)) : 0 }
    }
}
