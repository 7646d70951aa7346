import Tensors

/// How a package stores the weights of layers.
package enum WeightStorage: Sendable, Equatable {
    /// In the type that they are computed in.
    case plain
    /// As 8-bit integers with a scale for each output of the layer, symmetric about 0.
    case int8
    /// As indices of this many bits (1, 2, 4, 6 or 8) into a table of values.
    case palette(bits: Int)

    /// Smaller tensors are stored unchanged: their tables would take more than they save.
    static let smallest = 2048

    /// The most rounds of improving a palette.
    private static let rounds = 20

    /// - Parameter axis: the layer's output axis.
    /// - Returns: nil for weights that are stored unchanged.
    func stored(_ weights: Tensor<Float>, axis: Int, as element: ProgramElement) -> StoredWeights? {
        guard weights.shape.count >= Self.smallest, weights.elements.allSatisfy(\.isFinite) else { return nil }
        func rounded(_ number: Float) -> Float { element == .float16 ? Float(Float16(number)) : number }
        switch self {
        case .plain: return nil
        case .int8: return Self.int8(weights, axis: axis, element, rounded)
        case .palette(let bits): return Self.palette(weights, bits: bits, element, rounded)
        }
    }

    /// For each output, the scale at which its largest magnitude becomes 127.
    private static func int8(
        _ weights: Tensor<Float>, axis: Int, _ element: ProgramElement, _ rounded: (Float) -> Float
    ) -> StoredWeights {
        let (extent, inner) = (weights.shape[axis], weights.shape.dimensions[(axis + 1)...].reduce(1, *))
        func output(_ position: Int) -> Int { position / inner % extent }
        var largest = [Float](repeating: 0, count: extent)
        for (position, weight) in weights.elements.enumerated() {
            largest[output(position)] = max(largest[output(position)], abs(weight))
        }
        // A scale of 0 cannot be inverted, and float16 has few values below 6e-8.
        let scales = largest.map { max(rounded($0 / 127), 0x1p-24) }
        let integers = weights.elements.enumerated().map { position, weight in
            Int8(max(-127, min(127, (weight / scales[output(position)]).rounded(.toNearestOrEven))))
        }
        let expanded = integers.enumerated().map { position, integer in
            rounded(scales[output(position)] * Float(integer))
        }
        return StoredWeights(
            operation: "constexpr_affine_dequantize",
            attributes: [
                "quantized_data": (.int8, .int8(Tensor(weights.shape, integers))),
                "scale": (element, Self.numbers(Tensor([extent], scales), element)),
                "zero_point": (.int8, .int8(Tensor([], [0]))),
                "axis": (.int32, .int32(Tensor([], [Int32(axis)]))),
            ], expanded: Tensor(weights.shape, expanded))
    }

    /// Values near the weights: Lloyd's iteration (IEEE Trans. Inf. Theory 28(2), 1982), started at equal shares of the
    /// sorted weights.
    private static func palette(
        _ weights: Tensor<Float>, bits: Int, _ element: ProgramElement, _ rounded: (Float) -> Float
    ) -> StoredWeights {
        let count = 1 << bits
        let sorted = weights.elements.sorted()
        var values = (0..<count).map { sorted[(2 * $0 + 1) * sorted.count / (2 * count)] }
        for _ in 0..<rounds {
            var sums = [(total: Double, count: Int)](repeating: (0, 0), count: count)
            var nearest = 0
            for weight in sorted {
                while nearest + 1 < count, abs(values[nearest + 1] - weight) <= abs(values[nearest] - weight) {
                    nearest += 1
                }
                sums[nearest].total += Double(weight)
                sums[nearest].count += 1
            }
            let better = zip(sums, values).map { $0.count > 0 ? Float($0.total / Double($0.count)) : $1 }
            guard better != values else { break }
            values = better
        }
        values = values.map(rounded)
        let indices = weights.elements.map { weight in
            // The nearest is the first value beyond the weight, or the one before it.
            var (low, high) = (0, count)
            while low < high {
                let middle = (low + high) / 2
                if values[middle] < weight { low = middle + 1 } else { high = middle }
            }
            guard low > 0 else { return 0 }
            guard low < count else { return count - 1 }
            return weight - values[low - 1] <= values[low] - weight ? low - 1 : low
        }
        var packed = [UInt8](repeating: 0, count: (indices.count * bits + 7) / 8)
        for (position, index) in indices.enumerated() {
            for bit in 0..<bits where index >> bit & 1 == 1 {
                packed[(position * bits + bit) / 8] |= 1 << UInt8((position * bits + bit) % 8)
            }
        }
        return StoredWeights(
            operation: "constexpr_lut_to_dense",
            attributes: [
                "indices": (.uint8, .uint8(Tensor([packed.count], packed))),
                "lut": (element, Self.numbers(Tensor([count], values), element)),
                "shape": (
                    .uint32,
                    .uint32(Tensor([weights.shape.rank], weights.shape.dimensions.map { UInt32(clamping: $0) }))
                ),
            ], expanded: Tensor(weights.shape, indices.map { values[$0] }))
    }

    private static func numbers(_ tensor: Tensor<Float>, _ element: ProgramElement) -> AnyTensor {
        element == .float16 ? .float16(tensor.map { Float16($0) }) : .float32(tensor)
    }
}

/// Weights stored with fewer bits than they are computed in, and the operation that expands them
/// (``CompressedConstant``).
struct StoredWeights {
    let operation: String
    let attributes: [String: (element: ProgramElement, tensor: AnyTensor)]
    /// The weights as they will be read.
    let expanded: Tensor<Float>
}
