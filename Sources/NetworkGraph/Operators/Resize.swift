import Tensors

/// A tensor resampled to other extents (ONNX Resize and Upsample).
///
/// Inputs: x, region of interest (two numbers for each axis; only for `tfCropAndResize`), scales as numbers or extents
/// as integers, one for each axis.
public struct Resize: Operator, Equatable {
    public enum Mode: Sendable, Equatable {
        case nearest(Rounding)
        case linear
        /// - Parameters:
        ///   - coefficient: a in Keys' kernel.
        ///   - excludesOutside: whether weights outside the input are 0 and the others are normalised to sum to 1.
        case cubic(coefficient: Float, excludesOutside: Bool)
    }

    /// Which neighbour is nearest.
    public enum Rounding: String, Sendable {
        case preferFloor = "round_prefer_floor"
        case preferCeil = "round_prefer_ceil"
        case floor
        case ceil
        /// `floor` along an enlarged axis, `ceil` along a reduced one.
        case floorOrCeil
    }

    /// The coordinate of an output element in the input.
    public enum Coordinates: String, Sendable {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
        case tfCropAndResize = "tf_crop_and_resize"
        case tfHalfPixelForNearest = "tf_half_pixel_for_nn"
    }

    /// How to apply given extents.
    public enum AspectRatio: String, Sendable {
        case stretch
        /// One scale for all: the smallest that they require
        case notLarger = "not_larger"
        /// or the largest.
        case notSmaller = "not_smaller"
    }

    public var name: String { "Resize" }
    package var mode: Mode
    package var coordinates: Coordinates
    /// The axes that scales and extents apply to; nil stands for all.
    package var axes: [Int]?
    package var aspectRatio: AspectRatio
    /// The value of elements beyond the input for coordinates `tfCropAndResize`.
    package var extrapolation: Float

    public init(
        _ mode: Mode, coordinates: Coordinates = .halfPixel, axes: [Int]? = nil, aspectRatio: AspectRatio = .stretch,
        extrapolation: Float = 0
    ) {
        self.mode = mode
        self.coordinates = coordinates
        self.axes = axes
        self.aspectRatio = aspectRatio
        self.extrapolation = extrapolation
    }

    /// The geometry along one axis.
    package struct Axis: Sendable, Equatable {
        package let inputExtent: Int
        package let outputExtent: Int
        package let scale: Float
        /// The output's extent before truncation to an integer.
        package let resizedExtent: Float
        /// The resampled part of the input, from 0 to 1.
        package let region: (start: Float, end: Float)

        init(
            inputExtent: Int, outputExtent: Int, scale: Float, resizedExtent: Float, region: (start: Float, end: Float)
        ) {
            self.inputExtent = inputExtent
            self.outputExtent = outputExtent
            self.scale = scale
            self.resizedExtent = resizedExtent
            self.region = region
        }

        /// An axis whose output extent is given.
        package init(inputExtent: Int, outputExtent: Int) {
            self.init(
                inputExtent: inputExtent, outputExtent: outputExtent, scale: Float(outputExtent) / Float(inputExtent),
                resizedExtent: Float(outputExtent), region: (0, 1))
        }

        /// Whether every element is copied from its own position.
        package var isIdentity: Bool { inputExtent == outputExtent && scale == 1 && region == (0, 1) }

        package static func == (left: Axis, right: Axis) -> Bool {
            left.inputExtent == right.inputExtent && left.outputExtent == right.outputExtent
                && left.scale == right.scale && left.resizedExtent == right.resizedExtent && left.region == right.region
        }
    }

    package func geometry(for inputs: [TensorType?]) throws(OperatorError) -> [Axis] {
        let x = try inputs.required(0, "input").shape
        let axes = try x.axes(self.axes ?? Array(0..<x.rank))
        let scales = try numbers(inputs, 2, "scales")
        let extents = try inputs.knownIntegers(3, "extents") ?? []
        guard scales.isEmpty != extents.isEmpty, scales.count + extents.count == axes.count else {
            throw OperatorError(
                "has \(scales.count) scales and \(extents.count) extents, where either are needed for "
                    + "\(axes.count) axes")
        }
        let region = coordinates == .tfCropAndResize ? try numbers(inputs, 1, "region of interest") : []
        guard region.isEmpty ? coordinates != .tfCropAndResize : region.count == 2 * axes.count else {
            throw OperatorError("has a region of interest of \(region.count) numbers for \(axes.count) axes")
        }
        var geometry = x.dimensions.map {
            Axis(inputExtent: $0, outputExtent: $0, scale: 1, resizedExtent: Float($0), region: (0, 1))
        }
        var ratio: Float?
        if aspectRatio != .stretch, !extents.isEmpty {
            let ratios = zip(axes, extents).map { Float($1) / Float(x[$0]) }
            ratio = aspectRatio == .notLarger ? ratios.min() : ratios.max()
        }
        for (position, axis) in axes.enumerated() {
            let own = region.isEmpty ? (Float(0), Float(1)) : (region[position], region[position + axes.count])
            let share = coordinates == .tfCropAndResize ? own.1 - own.0 : 1
            let scale: Float
            let output: Int
            var resized: Float?
            if extents.isEmpty {
                scale = scales[position]
                let product = (Float(x[axis]) * share * scale).rounded(.down)
                guard scale > 0, scale.isFinite, product.isFinite, product <= Float(Int32.max) else {
                    throw OperatorError("has scale \(scale) along axis \(axis)")
                }
                output = Int(product)
                resized = Float(x[axis]) * share * scale
            } else if let ratio {
                scale = ratio
                output = Int((Float(x[axis]) * ratio).rounded(.toNearestOrAwayFromZero))
            } else {
                output = extents[position]
                guard output >= 0, output <= Int32.max else {
                    throw OperatorError("has extent \(output) along axis \(axis)")
                }
                scale = x[axis] > 0 ? Float(output) / (Float(x[axis]) * share) : 1
            }
            guard output == 0 || x[axis] > 0 else { throw OperatorError("enlarges axis \(axis) of \(x)") }
            geometry[axis] = Axis(
                inputExtent: x[axis], outputExtent: output, scale: scale, resizedExtent: resized ?? Float(output),
                region: own)
        }
        return geometry
    }

    /// The numbers of a list that defines a shape; empty if it is omitted or empty.
    private func numbers(_ inputs: [TensorType?], _ position: Int, _ role: String) throws(OperatorError) -> [Float] {
        guard inputs.indices.contains(position), let type = inputs[position], type.shape.count > 0 else { return [] }
        guard type.kind == .real, type.shape.rank <= 1 else {
            throw OperatorError("takes its \(role) from a list of numbers, not from \(type.shape)")
        }
        guard let numbers = type.numbers else {
            throw OperatorError("takes its \(role) from a tensor whose elements are not known yet")
        }
        return numbers.map(Float.init)
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        [.real(try .checked(geometry(for: inputs).map(\.outputExtent)))]
    }

    /// A batch that keeps its extent is not resampled, as the shapes show.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        dependent.isFirstAlone && coordinates != .tfCropAndResize
    }
}
