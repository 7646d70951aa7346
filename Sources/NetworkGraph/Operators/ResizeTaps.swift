/// The input elements and weights of a resampled tensor, along each axis.
extension Resize {
    /// The coordinate of an output element along an axis of the input.
    package func coordinate(of place: Int, along axis: Axis) -> Float {
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

    /// The input elements that form one output element along an axis, and their weights.
    package func taps(of place: Int, along axis: Axis) -> [(place: Int, weight: Float)] {
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
