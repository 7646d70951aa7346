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

extension Resize {
    /// Where an element of the output lies along an axis of the input.
    public func coordinate(of place: Int, along axis: Axis) -> Float {
        let (x, input, output) = (Float(place), Float(axis.inputExtent), axis.resizedExtent)
        switch coordinates {
        case .halfPixel: return (x + 0.5) / axis.scale - 0.5
        case .halfPixelSymmetric:
            let adjustment: Float = Float(axis.outputExtent) / (axis.scale * input)
            let offset: Float = input / 2 * (1 - adjustment)
            return offset + (x + 0.5) / axis.scale - 0.5
        case .pytorchHalfPixel: return axis.outputExtent > 1 ? (x + 0.5) / axis.scale - 0.5 : 0
        case .alignCorners: return axis.outputExtent > 1 ? x * (input - 1) / (output - 1) : 0
        case .asymmetric: return x / axis.scale
        case .tfHalfPixelForNearest: return (x + 0.5) / axis.scale
        case .tfCropAndResize:
            let (start, end) = axis.region
            guard axis.outputExtent > 1 else { return 0.5 * (start + end) * (input - 1) }
            let step: Float = (end - start) * (input - 1) / (Float(axis.outputExtent) - 1)
            return start * (input - 1) + x * step
        }
    }

    /// The elements of the input that make up one of the output along an axis, and how much each counts.
    public func taps(of place: Int, along axis: Axis) -> [(place: Int, weight: Float)] {
        guard !axis.isIdentity else { return [(place, 1)] }
        let coordinate = coordinate(of: place, along: axis)
        let last = axis.inputExtent - 1
        func inside(_ place: Float) -> Int { Int(min(max(place, 0), Float(last))) }
        switch mode {
        case .nearest(let rounding):
            let nearest =
                switch rounding {
                case .floor: coordinate.rounded(.down)
                case .ceil: coordinate.rounded(.up)
                case .floorOrCeil: coordinate.rounded(axis.scale < 1 ? .up : .down)
                case .preferFloor: (coordinate - 0.5).rounded(.up)
                case .preferCeil: (coordinate + 0.5).rounded(.down)
                }
            return [(inside(nearest), 1)]
        case .linear:
            let x = min(max(coordinate, 0), Float(last))
            let first = min(Int(x), last)
            guard first < last else { return [(first, 1)] }
            let share: Float = x - Float(first)
            return [(first, 1 - share), (first + 1, share)]
        case .cubic(let a, let excludesOutside):
            let first = coordinate.rounded(.down)
            let s = coordinate - first
            // Keys' kernel at distances 1 + s, s, 1 - s, 2 - s (IEEE Trans. ASSP 29(6), 1981).
            func near(_ t: Float) -> Float {
                let slope: Float = (a + 2) * t - (a + 3)
                return slope * t * t + 1
            }
            func far(_ t: Float) -> Float {
                let curve: Float = (a * t - 5 * a) * t + 8 * a
                return curve * t - 4 * a
            }
            let places: [Float] = [first - 1, first, first + 1, first + 2]
            var weights: [Float] = [far(1 + s), near(s), near(1 - s), far(2 - s)]
            if excludesOutside {
                weights = zip(places, weights).map { $0 < 0 || $0 > Float(last) ? 0 : $1 }
                let sum: Float = weights.reduce(0, +)
                weights = weights.map { $0 / sum }
            }
            return zip(places, weights).map { (inside($0), $1) }
        }
    }
}
