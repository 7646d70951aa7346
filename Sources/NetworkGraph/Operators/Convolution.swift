import Tensors

/// Cross-correlation with a bank of kernels (ONNX Conv).
///
/// Inputs: x [N, C, spatial...], weights [M, C / groups, kernel...], optional bias [M].
/// Output: [N, M, spatial...].
public struct Convolution: Operator {
    public var name: String { "Conv" }
    /// The declared extents of the kernel, to be checked against the weights; nil if not declared.
    package var kernel: [Int]?
    /// Nil stands for 1 along each axis.
    package var strides: [Int]?
    /// Nil stands for 1 along each axis.
    package var dilations: [Int]?
    /// Nil stands for none.
    package var padding: SlidingWindow.Padding?
    package var groups: Int

    public init(
        kernel: [Int]? = nil, strides: [Int]? = nil, dilations: [Int]? = nil,
        padding: SlidingWindow.Padding? = nil, groups: Int = 1
    ) {
        self.kernel = kernel
        self.strides = strides
        self.dilations = dilations
        self.padding = padding
        self.groups = groups
    }

    /// Whether it has stride 1, one group, and neither padding nor dilations.
    package var isPlain: Bool {
        let isUnpadded =
            switch padding {
            case nil: true
            case .explicit(let begin, let end): (begin + end).allSatisfy { $0 == 0 }
            case .sameUpper, .sameLower: false
            }
        return isUnpadded && groups == 1 && ((strides ?? []) + (dilations ?? [])).allSatisfy { $0 == 1 }
    }

    /// The window along each spatial axis for an input and weights of the given shapes.
    package func axes(input: Shape, weights: Shape) throws(OperatorError) -> [SlidingWindow.Axis] {
        let kernel = Array(weights.dimensions.dropFirst(2))
        if let declared = self.kernel, declared != kernel {
            throw OperatorError("declares a kernel of \(declared), but its weights have \(kernel)")
        }
        return try SlidingWindow(
            kernel: kernel, strides: strides, dilations: dilations, padding: padding
        ).axes(over: Array(input.dimensions.dropFirst(2)))
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        let weights = try inputs.required(1, "weights").shape
        guard x.rank >= 3, weights.rank == x.rank else {
            throw OperatorError("takes [N, C, spatial...] and [M, C / groups, kernel...] of equal rank")
        }
        guard (1...max(weights[0], 1)).contains(groups), x[1] == weights[1] * groups, weights[0] % groups == 0 else {
            throw OperatorError("has \(x[1]) input channels, weights \(weights) and \(groups) groups")
        }
        if let bias = try inputs.optional(2, "bias")?.shape, bias != [weights[0]] {
            throw OperatorError("has a bias \(bias) for \(weights[0]) output channels")
        }
        let axes = try axes(input: x, weights: weights)
        _ = try x.padded(for: axes)
        return [.real(try .checked([x[0], weights[0]] + axes.map(\.outputExtent)))]
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        guard let weights = inputs[1]?.shape, weights[0] > 0 else { return 0 }
        return output.shape.count.saturatingProduct(weights.count / weights[0])
    }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int {
        guard let x = inputs[0]?.shape, let weights = inputs[1]?.shape,
            let axes = try? axes(input: x, weights: weights)
        else { return 0 }
        return SlidingWindow.workspaceBytes(axes, over: x, bytesPerNumber: bytesPerNumber)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
