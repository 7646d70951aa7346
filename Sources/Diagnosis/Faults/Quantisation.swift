import Tensors

/// A way of rounding numbers to a few evenly spaced ones.
struct Quantisation: Sendable {
    let key: String
    let words: String
    let rounded: @Sendable (AnyTensor) -> AnyTensor

    /// The ways in which tools quantise weights.
    ///
    /// - Parameters:
    ///   - outputAxis: the output axis of the weights.
    ///   - inputAxis: their input axis.
    ///   - format: the format in which the weights are stored. If it is coarser than float32, the scales may be in it
    ///     too, as in Core ML's float16 packages, or in float32, as when the weights were quantised.
    static func all(outputAxis: Int, inputAxis: Int, heldIn format: FloatFormat = .binary32) -> [Quantisation] {
        let exact = all(outputAxis, inputAxis, scale: { $0 }, name: "")
        guard FloatFormat.binary32.isFiner(than: format) else { return exact }
        return exact
            + all(outputAxis, inputAxis, scale: { format.rounded($0) }, name: "-held").map { way in
                Quantisation(key: way.key, words: way.words) { format.rounded(way.rounded($0)) }
            }
    }

    /// - Parameters:
    ///   - held: the scale as it is stored.
    ///   - name: a suffix for the keys.
    private static func all(
        _ outputAxis: Int, _ inputAxis: Int, scale held: @escaping @Sendable (Double) -> Double, name suffix: String
    ) -> [Quantisation] {
        var found = [Quantisation]()
        for bits in [8, 4] {
            let levels = Double((1 << (bits - 1)) - 1)
            let ways: [(String, String, Int?)] = [
                ("tensor", "one scale for the tensor", nil),
                ("channel", "one scale for each output channel", outputAxis),
                ("input", "one scale for each input channel", inputAxis),
            ]
            for (name, words, axis) in ways {
                found.append(
                    Quantisation(key: "int\(bits)-per-\(name)\(suffix)", words: "int\(bits) weights, \(words)") {
                        $0.quantised(along: axis) { symmetric($0, levels: levels, down: -levels, held) }
                    })
                found.append(
                    Quantisation(
                        key: "int\(bits)-full-per-\(name)\(suffix)",
                        words: "int\(bits) weights, \(words), of the full range to -\(Int(levels) + 1)"
                    ) {
                        $0.quantised(along: axis) { full($0, levels: levels, held) }
                    })
                found.append(
                    Quantisation(
                        key: "uint\(bits)-per-\(name)\(suffix)",
                        words: "uint\(bits) weights with a zero point, \(words)"
                    ) {
                        $0.quantised(along: axis) { asymmetric($0, levels: 2 * levels + 1, held) }
                    })
            }
        }
        return found
    }

    /// The ways in which activations are quantised to 8 bits over a whole tensor.
    static let activations: [(key: String, words: String, rounded: @Sendable (AnyTensor) -> AnyTensor)] = [
        (
            "uint8-zero-point", "its result is rounded to uint8 with a zero point",
            { $0.quantised(along: nil) { asymmetric($0, levels: 255, { $0 }) } }
        ),
        (
            "uint8-range", "its result is rounded to 256 numbers from the smallest to the largest",
            { $0.quantised(along: nil) { affine($0, levels: 255) } }
        ),
        (
            "int8", "its result is rounded to int8, one scale for the tensor",
            { $0.quantised(along: nil) { symmetric($0, levels: 127, down: -127, { $0 }) } }
        ),
    ]

    private static func symmetric(
        _ numbers: [Double], levels: Double, down: Double, _ held: (Double) -> Double
    ) -> [Double] {
        let scale = held((numbers.map(abs).max() ?? 0) / levels)
        guard scale > 0 else { return numbers }
        return numbers.map { min(max(($0 / scale).rounded(.toNearestOrEven), down), levels) * scale }
    }

    private static func full(_ numbers: [Double], levels: Double, _ held: (Double) -> Double) -> [Double] {
        let scale = held((numbers.map(abs).max() ?? 0) / (levels + 0.5))
        guard scale > 0 else { return numbers }
        return numbers.map { min(max(($0 / scale).rounded(.toNearestOrEven), -levels - 1), levels) * scale }
    }

    /// The range extended to contain 0, with 0 among the numbers.
    private static func asymmetric(
        _ numbers: [Double], levels: Double, _ held: (Double) -> Double
    ) -> [Double] {
        let (low, high) = (min(numbers.min() ?? 0, 0), max(numbers.max() ?? 0, 0))
        let scale = held((high - low) / levels)
        guard scale > 0 else { return numbers }
        let zero = (-low / scale).rounded(.toNearestOrEven)
        return numbers.map {
            (min(max(($0 / scale).rounded(.toNearestOrEven) + zero, 0), levels) - zero) * scale
        }
    }

    /// The range unchanged: its ends are among the numbers.
    private static func affine(_ numbers: [Double], levels: Double) -> [Double] {
        let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
        let scale = (high - low) / levels
        guard scale > 0 else { return numbers }
        return numbers.map { (($0 - low) / scale).rounded(.toNearestOrEven) * scale + low }
    }
}

extension AnyTensor {
    /// The numbers rounded as a whole, or separately for each part along an axis.
    fileprivate func quantised(along axis: Int?, _ rounded: ([Double]) -> [Double]) -> AnyTensor {
        guard let axis else { return .float32(Tensor(shape, rounded(float64.elements).map { Float($0) })) }
        let parts = float64.exchangingAxes(0, with: axis)
        let size = parts.shape.dimensions.dropFirst().reduce(1, *)
        guard size > 0 else { return .float32(Tensor(shape, [])) }
        let changed = stride(from: 0, to: parts.elements.count, by: size).flatMap { start in
            rounded(Array(parts.elements[start..<start + size])).map { Float($0) }
        }
        return .float32(Tensor(parts.shape, changed).exchangingAxes(0, with: axis))
    }
}
