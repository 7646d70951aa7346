import NetworkGraph
import Tensors

/// The layers that crop, pad and resample height and width, the last two axes.
extension NeuralNetworkBuilder {
    private func maps(_ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) -> (name: String, axes: [Int]) {
        let x = try input(layer)
        guard x.shape.rank >= 3 else {
            throw ProgramFault("it takes \(x.shape), where [..., channel, height, width] is right")
        }
        return (x.name, [x.shape.rank - 2, x.shape.rank - 1])
    }

    /// The part left after cropping each edge; with a second input, a part of that input's size from an offset on.
    mutating func read(_ given: CoreMLCropLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let (x, axes) = try maps(layer)
        let axesName = integers("axes", axes, of: layer)
        guard layer.input.count > 1 else {
            let (before, after) = try given.cropAmounts.edges ?? ([0, 0], [0, 0])
            let ends = after.map { $0 == 0 ? Int(Int32.max) : -$0 }
            return try finish(
                layer, Slice(),
                [x, integers("starts", before, of: layer), integers("ends", ends, of: layer), axesName])
        }
        let offset = given.offset.isEmpty ? [0, 0] : given.offset.map { Int(clamping: $0) }
        guard offset.count == 2 else { throw ProgramFault("it has \(offset.count) offsets for two axes") }
        let (other, rank) = (try input(layer, 1).name, try input(layer, 1).shape.rank)
        let starts = integers("starts", offset, of: layer)
        let extents = try step("extents", ShapeOf(start: rank - 2, end: rank), [other], of: layer)
        let ends = try step("ends", BinaryArithmetic.add, [extents, starts], of: layer)
        try finish(layer, Slice(), [x, starts, ends, axesName])
    }

    mutating func read(_ given: CoreMLPaddingLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let (x, axes) = try maps(layer)
        let (before, after) = try given.paddingAmounts.edges ?? ([0, 0], [0, 0])
        let mode: Pad.Mode
        var fill: Float = 0
        switch given.kind {
        case .constant(let constant)?: (mode, fill) = (.constant, constant.value)
        case .reflection?: mode = .reflect
        case .replication?: mode = .edge
        case nil: throw ProgramFault("it does not say what is put there: a constant, a reflection or a replication")
        }
        try finish(
            layer, Pad(mode: mode),
            [
                x, integers("pads", before + after, of: layer), number("fill", fill, of: layer),
                integers("axes", axes, of: layer),
            ])
    }

    mutating func read(_ given: CoreMLUpsampleLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let (x, axes) = try maps(layer)
        guard given.scalingFactor.isEmpty || given.fractionalScalingFactor.isEmpty else {
            throw ProgramFault("it gives its factors twice, as whole numbers and as others")
        }
        var scales = given.fractionalScalingFactor
        if scales.isEmpty { scales = given.scalingFactor.isEmpty ? [1, 1] : given.scalingFactor.map { Float($0) } }
        guard scales.count == 2 else { throw ProgramFault("it has \(scales.count) factors for two axes") }
        var resize = Resize(.nearest(.floor), coordinates: .asymmetric, axes: axes)
        if given.mode == 1 {
            let modes: [Int32: Resize.Coordinates] = [0: .asymmetric, 1: .alignCorners, 2: .halfPixel]
            guard let coordinates = modes[given.linearUpsampleMode] else {
                throw ProgramFault(unsupported: "linearUpsampleMode \(given.linearUpsampleMode) is not supported")
            }
            (resize.mode, resize.coordinates) = (.linear, coordinates)
        } else if given.mode != 0 {
            throw ProgramFault(unsupported: "mode \(given.mode) is not supported")
        }
        try finish(layer, resize, [x, nil, numbers("scales", scales, of: layer)])
    }
}

extension CoreMLBorderAmounts {
    /// The amounts at the beginning and the end of height and width; nil if not given.
    fileprivate var edges: (before: [Int], after: [Int])? {
        get throws(ProgramFault) {
            guard !borderAmounts.isEmpty else { return nil }
            guard borderAmounts.count == 2 else {
                throw ProgramFault("it has amounts for \(borderAmounts.count) axes, where two are right")
            }
            return (
                borderAmounts.map { Int(clamping: $0.startEdgeSize) },
                borderAmounts.map { Int(clamping: $0.endEdgeSize) }
            )
        }
    }
}
