import NetworkGraph
import Tensors

extension Resize: ComputableOperator {
    /// y = x resampled along one axis after another, in the working precision, stored once. Coordinates and weights are
    /// those of float32, as inference engines compute them.
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
