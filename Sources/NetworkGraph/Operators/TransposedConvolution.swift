import Tensors

/// The transpose of a convolution: each input element adds its multiple of the kernel to the output (ONNX
/// ConvTranspose).
///
/// Inputs: x [N, C, spatial...], weights [C, M / groups, kernel...], optional bias [M].
/// Output: [N, M, spatial...].
public struct TransposedConvolution: Operator {
    /// How to crop the output's borders.
    public enum Padding: Sendable, Equatable {
        /// By the given amounts.
        case explicit(begin: [Int], end: [Int])
        /// Such that the output is `stride` times the input; of an odd amount, the larger part at the end
        case sameUpper
        /// or at the beginning.
        case sameLower
        /// Such that the output has these extents; of an odd amount, the larger part at the beginning if `isLower`, else
        /// at the end.
        case outputShape([Int], isLower: Bool)

        /// The padding of the convolution whose transpose this is.
        public init?(_ padding: SlidingWindow.Padding?) {
            switch padding {
            case nil: return nil
            case .explicit(let begin, let end): self = .explicit(begin: begin, end: end)
            case .sameUpper: self = .sameUpper
            case .sameLower: self = .sameLower
            }
        }
    }

    public var name: String { "ConvTranspose" }
    package var kernel: [Int]?
    package var strides: [Int]?
    package var dilations: [Int]?
    package var padding: Padding?
    /// How many zeros follow the output along each axis.
    package var outputPadding: [Int]?
    package var groups: Int

    public init(
        kernel: [Int]? = nil, strides: [Int]? = nil, dilations: [Int]? = nil, padding: Padding? = nil,
        outputPadding: [Int]? = nil, groups: Int = 1
    ) {
        self.kernel = kernel
        self.strides = strides
        self.dilations = dilations
        self.padding = padding
        self.outputPadding = outputPadding
        self.groups = groups
    }

    /// The geometry along one spatial axis.
    package struct Axis: Sendable, Equatable {
        package let inputExtent: Int
        package let outputExtent: Int
        package let kernel: Int
        package let stride: Int
        package let dilation: Int
        package let cutBefore: Int

        /// The output position of an input element's product with a kernel tap; products outside the output are
        /// dropped.
        @inlinable
        package func outputPosition(input: Int, tap: Int) -> Int { input * stride + tap * dilation - cutBefore }
    }

    package func axes(input: Shape, weights: Shape) throws(OperatorError) -> [Axis] {
        let extents = Array(input.dimensions.dropFirst(2))
        let kernel = Array(weights.dimensions.dropFirst(2))
        if let declared = self.kernel, declared != kernel {
            throw OperatorError("declares a kernel of \(declared), but its weights have \(kernel)")
        }
        let ones = kernel.map { _ in 1 }
        let (strides, dilations) = (self.strides ?? ones, self.dilations ?? ones)
        let extra = outputPadding ?? kernel.map { _ in 0 }
        for (name, list, least) in [("strides", strides, 1), ("dilations", dilations, 1), ("output_padding", extra, 0)]
        {
            guard list.count == kernel.count, list.allSatisfy({ $0 >= least && $0 <= Int32.max }) else {
                throw OperatorError("has \(name) \(list), where \(kernel.count) numbers from \(least) on are needed")
            }
        }
        return try kernel.indices.map { (index) throws(OperatorError) in
            let whole =
                (extents[index] - 1) * strides[index] + (kernel[index] - 1) * dilations[index] + 1 + extra[index]
            let (before, output) = try cut(
                index, of: kernel.count, whole: whole, strided: extents[index] * strides[index])
            guard output >= 1, extents[index] >= 1 else {
                throw OperatorError("gives \(output) elements along spatial axis \(index) of \(input)")
            }
            return Axis(
                inputExtent: extents[index], outputExtent: output, kernel: kernel[index], stride: strides[index],
                dilation: dilations[index], cutBefore: before)
        }
    }

    /// How much is cropped at the beginning of an axis, and what is left.
    private func cut(
        _ index: Int, of axes: Int, whole: Int, strided: Int
    ) throws(OperatorError) -> (before: Int, left: Int) {
        func shared(_ wanted: Int, isLower: Bool) -> (Int, Int) {
            let total = max(whole - wanted, 0)
            return (isLower ? total - total / 2 : total / 2, wanted)
        }
        switch padding {
        case nil: return (0, whole)
        case .explicit(let begin, let end):
            guard begin.count == axes, end.count == axes, (begin + end).allSatisfy({ $0 >= 0 && $0 <= Int32.max })
            else {
                throw OperatorError("has pads \(begin + end), where \(2 * axes) numbers from 0 on are needed")
            }
            return (begin[index], whole - begin[index] - end[index])
        case .sameUpper: return shared(strided, isLower: false)
        case .sameLower: return shared(strided, isLower: true)
        case .outputShape(let wanted, let isLower):
            guard wanted.count == axes, wanted.allSatisfy({ $0 >= 1 && $0 <= Int32.max }) else {
                throw OperatorError("has output_shape \(wanted), where \(axes) numbers from 1 on are needed")
            }
            return shared(wanted[index], isLower: isLower)
        }
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        let weights = try inputs.required(1, "weights").shape
        guard x.rank >= 3, weights.rank == x.rank else {
            throw OperatorError("takes [N, C, spatial...] and [C, M / groups, kernel...] of equal rank")
        }
        guard groups >= 1, x[1] == weights[0], weights[0] % groups == 0 else {
            throw OperatorError("has \(x[1]) input channels, weights \(weights) and \(groups) groups")
        }
        let outputs = weights[1].saturatingProduct(groups)
        if let bias = try inputs.optional(2, "bias")?.shape, bias != [outputs] {
            throw OperatorError("has a bias \(bias) for \(outputs) output channels")
        }
        return [.real(try .checked([x[0], outputs] + axes(input: x, weights: weights).map(\.outputExtent)))]
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        guard let x = inputs[0]?.shape, let weights = inputs[1]?.shape, weights[0] > 0 else { return 0 }
        return x.count.saturatingProduct(weights.count / weights[0])
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
