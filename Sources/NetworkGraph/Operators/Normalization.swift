import Tensors

/// (x - mean) / sqrt(variance + epsilon), scaled and shifted, over groups of contiguous elements (ONNX
/// InstanceNormalization, LayerNormalization, GroupNormalization).
///
/// Inputs: x, scale, optional shift.
public struct Normalization: Operator, Equatable {
    /// The group for mean and variance.
    public enum Extent: Sendable, Equatable {
        /// Each plane of [N, C, spatial...]; scale and shift [C].
        case instance
        /// All axes from one on; scale and shift are broadcast to these axes.
        case layer(axis: Int)
        /// Contiguous channels of [N, C, spatial...]; scale and shift [C].
        case group(count: Int)
    }

    /// Which result it gives.
    public enum Result: Sendable {
        case normalized
        /// The mean of each group, or 1 / sqrt(variance + epsilon), only for `layer`: x with extents of 1 from the axis
        /// on.
        case mean, inverseDeviation
    }

    public var name: String {
        switch extent {
        case .instance: "InstanceNormalization"
        case .layer: "LayerNormalization"
        case .group: "GroupNormalization"
        }
    }
    package var extent: Extent
    package var epsilon: Float
    package var result: Result

    public init(_ extent: Extent, epsilon: Float = 1e-5, giving result: Result = .normalized) {
        self.extent = extent
        self.epsilon = epsilon
        self.result = result
    }

    /// The number of contiguous elements that are normalised together.
    package func groupCount(in x: Shape) -> Int {
        switch extent {
        case .instance: x.dimensions.dropFirst(2).reduce(1, *)
        case .layer(let axis): x.dimensions[(x.axis(axis) ?? x.rank)...].reduce(1, *)
        case .group(let count): x.dimensions.dropFirst().reduce(1, *) / max(count, 1)
        }
    }

    /// The shape from which scale and shift are broadcast.
    package func broadcastShape(of factor: Shape, for x: Shape) -> Shape {
        if case .layer = extent { return factor }
        return Shape(factor.dimensions + [Int](repeating: 1, count: max(x.rank - 2, 0)))
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        switch extent {
        case .layer(let axis): _ = try x.checkedAxis(axis)
        case .instance: guard x.rank >= 3 else { throw OperatorError("takes [N, C, spatial...], not \(x)") }
        case .group(let count):
            guard x.rank >= 3, count > 0, x[1] % count == 0 else {
                throw OperatorError("takes [N, C, spatial...] with channels in \(count) groups, not \(x)")
            }
        }
        var factors = [("scale", try inputs.required(1, "scale").shape)]
        if let shift = try inputs.optional(2, "shift") { factors.append(("shift", shift.shape)) }
        for (role, factor) in factors {
            if case .layer = extent {
            } else {
                guard factor == [x[1]] else { throw OperatorError("has a \(role) \(factor) for \(x[1]) channels") }
            }
            guard try .broadcast(x, broadcastShape(of: factor, for: x)) == x else {
                throw OperatorError("cannot broadcast \(role) \(factor) to \(x)")
            }
        }
        guard result == .normalized else {
            guard case .layer(let axis) = extent, let first = x.axis(axis) else {
                throw OperatorError("gives one result")
            }
            return [.real(Shape(x.dimensions.indices.map { $0 < first ? x[$0] : 1 }))]
        }
        return [.real(x)]
    }

    /// No group spans the first axis, unless the axis is the first one.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        guard dependent.isFirstAlone else { return false }
        if case .layer(let axis) = extent { return isBehindBatch(axis, ranks: ranks) }
        return true
    }
}
