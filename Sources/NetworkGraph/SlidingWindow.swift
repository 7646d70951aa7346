import Tensors

/// The window that convolutions and pools slide over the spatial axes.
public struct SlidingWindow: Sendable, Equatable {
    /// How the input is padded at its borders.
    public enum Padding: Sendable, Equatable {
        /// Given for each axis (ONNX `pads`; `auto_pad` VALID is all zeros).
        case explicit(begin: [Int], end: [Int])
        /// Just enough that the output has ceil(extent / stride) positions; of an odd amount, the larger part at the
        /// end (SAME_UPPER)
        case sameUpper
        /// or at the beginning (SAME_LOWER).
        case sameLower
    }

    /// Extents of the kernel along the spatial axes.
    package var kernel: [Int]
    package var strides: [Int]
    package var dilations: [Int]
    package var padding: Padding
    /// Whether a last window that is only partly filled counts.
    package var ceilMode: Bool

    public init(
        kernel: [Int], strides: [Int]? = nil, dilations: [Int]? = nil, padding: Padding? = nil,
        ceilMode: Bool = false
    ) {
        let ones = kernel.map { _ in 1 }
        let zeros = kernel.map { _ in 0 }
        self.kernel = kernel
        self.strides = strides ?? ones
        self.dilations = dilations ?? ones
        self.padding = padding ?? .explicit(begin: zeros, end: zeros)
        self.ceilMode = ceilMode
    }

    /// The window along one axis of a given input.
    package struct Axis: Sendable, Equatable {
        package let inputExtent: Int
        package let outputExtent: Int
        package let kernel: Int
        package let stride: Int
        package let dilation: Int
        package let paddingBefore: Int
        package let paddingAfter: Int

        /// The extent of the input with its padding, or of the last window if that reaches further, as it may in ceil
        /// mode.
        @inlinable
        package var paddedExtent: Int {
            max(inputExtent + paddingBefore + paddingAfter, (outputExtent - 1) * stride + (kernel - 1) * dilation + 1)
        }

        /// The input position for one output position and one kernel position; outside `0..<inputExtent`, it is in the
        /// padding.
        @inlinable
        package func inputPosition(output: Int, tap: Int) -> Int {
            output * stride - paddingBefore + tap * dilation
        }
    }

    /// The window applied to an input of the given spatial extents.
    ///
    /// Output extents as in ONNX's Conv and MaxPool: floor or ceil((extent + padding - dilation * (kernel - 1) - 1) /
    /// stride) + 1. With `ceilMode`, a last window that would start after the input and its leading padding is omitted.
    ///
    /// - Throws: ``OperatorError`` if the window does not fit.
    package func axes(over extents: [Int]) throws(OperatorError) -> [Axis] {
        guard extents.count == kernel.count else {
            throw OperatorError("has a kernel of \(kernel.count) axes for an input of \(extents.count) spatial axes")
        }
        for (name, list) in [("strides", strides), ("dilations", dilations), ("kernel", kernel)] {
            guard list.count == kernel.count, list.allSatisfy({ $0 >= 1 && $0 <= Int32.max }) else {
                throw OperatorError("has \(name) \(list), where \(kernel.count) numbers from 1 on are needed")
            }
        }
        if case .explicit(let begin, let end) = padding {
            guard begin.count == kernel.count, end.count == kernel.count,
                (begin + end).allSatisfy({ $0 >= 0 && $0 <= Int32.max })
            else {
                throw OperatorError("has pads \(begin + end), where \(2 * kernel.count) numbers from 0 on are needed")
            }
        }
        var axes = [Axis]()
        for index in kernel.indices { axes.append(try axis(index, over: extents[index])) }
        return axes
    }

    private func axis(_ index: Int, over extent: Int) throws(OperatorError) -> Axis {
        let stride = strides[index]
        let span = (kernel[index] - 1) * dilations[index] + 1
        let before: Int
        let after: Int
        var output: Int
        switch padding {
        case .explicit(let begin, let end):
            (before, after) = (begin[index], end[index])
            let slack = extent + before + after - span
            guard slack >= 0 else {
                throw OperatorError(
                    "has a window of \(span) on an axis of \(extent) with \(before) and \(after) of padding")
            }
            output = (ceilMode ? slack + stride - 1 : slack) / stride + 1
            if ceilMode, (output - 1) * stride >= extent + before { output -= 1 }
        case .sameUpper, .sameLower:
            output = (extent + stride - 1) / stride
            let total = max((output - 1) * stride + span - extent, 0)
            before = padding == .sameUpper ? total / 2 : total - total / 2
            after = total - before
        }
        guard output >= 1 else { throw OperatorError("slides over an axis of \(extent): no position") }
        return Axis(
            inputExtent: extent, outputExtent: output, kernel: kernel[index], stride: stride,
            dilation: dilations[index], paddingBefore: before, paddingAfter: after)
    }
}

extension SlidingWindow {
    /// The memory of an input [N, C, spatial...] with its padding, if it has any, and of a list of the window's
    /// positions.
    static func workspaceBytes(_ axes: [Axis], over x: Shape, bytesPerNumber: Int) -> Int {
        let positions = axes.reduce(8) { $0.saturatingProduct($1.outputExtent) }
        guard axes.contains(where: { $0.paddedExtent != $0.inputExtent }) else { return positions }
        let padded = (x.dimensions.prefix(2) + axes.map(\.paddedExtent)).reduce(bytesPerNumber) {
            $0.saturatingProduct($1)
        }
        return [padded, positions].saturatingSum
    }
}

extension Shape {
    /// The shape [N, C, spatial...] with the padding that windows need.
    ///
    /// - Throws: ``OperatorError`` if the tensor would have too many elements.
    func padded(for axes: [SlidingWindow.Axis]) throws(OperatorError) -> Shape {
        do {
            return try Shape(checking: dimensions.prefix(2) + axes.map(\.paddedExtent))
        } catch {
            throw OperatorError("needs an input that, with its padding, cannot be: \(error)")
        }
    }
}
