import NetworkGraph
import Tensors

/// The operations that move elements, and those that resample maps.
extension OperationReader {
    /// - Returns: false for an operation of another kind.
    mutating func readRearrangement() throws(ProgramFault) -> Bool {
        switch operation.type {
        case "pad": try readPad()
        case "slice_by_index": try readSliceByIndex()
        case "slice_by_size": try readSliceBySize()
        case "split": try readSplit()
        case "gather":
            guard try integer("batch_dims") ?? 0 == 0 else {
                throw ProgramFault(unsupported: "batch_dims is not supported")
            }
            append(Gather(axis: try integer("axis") ?? 0), try operands("x", "indices"))
        case "gather_along_axis":
            append(GatherElements(axis: try integer("axis") ?? 0), try operands("x", "indices"))
        case "tile": append(Tile(), try operands("x") + [integerOperand("reps")])
        case "space_to_depth": append(SpaceToDepth(block: try block("block_size")), try operands("x"))
        case "depth_to_space": append(DepthToSpace(block: try block("block_size")), try operands("x"))
        case "pixel_shuffle":
            append(DepthToSpace(block: try block("upscale_factor"), isColumnRowDepth: true), try operands("x"))
        case "conv_transpose": try readTransposedConvolution()
        default: return false
        }
        return true
    }

    private func block(_ name: String) throws(ProgramFault) -> Int {
        guard let block = try integer(name) else { throw ProgramFault("it has no \(name)") }
        return block
    }

    private func rank() throws(ProgramFault) -> Int {
        guard let rank = try type("x")?.dimensions.count else { throw ProgramFault("its x is a constant") }
        return rank
    }

    /// Pads are pairs of before and behind, of the last axes.
    private mutating func readPad() throws(ProgramFault) {
        guard let pairs = try integers("pad"), pairs.count.isMultiple(of: 2) else {
            throw ProgramFault("it has no pad of pairs of numbers")
        }
        let modes: [String: Pad.Mode] = ["constant": .constant, "reflect": .reflect, "replicate": .edge]
        let name = try string("mode") ?? "constant"
        guard let mode = modes[name] else {
            throw ProgramFault("mode \"\(name)\" is not known; constant, reflect and replicate are")
        }
        let rank = try rank()
        guard pairs.count <= 2 * rank else { throw ProgramFault("it has \(pairs.count / 2) pads for \(rank) axes") }
        let places = stride(from: 0, to: pairs.count, by: 2)
        let axes = (rank - pairs.count / 2)..<rank
        let value = try scalar("fill", mode == .constant ? number("constant_val") ?? 0 : 0)
        append(
            Pad(mode: mode),
            try operands("x") + [
                list("pads", places.map { pairs[$0] } + places.map { pairs[$0 + 1] }), value, list("axes", Array(axes)),
            ])
    }

    private mutating func readSliceByIndex() throws(ProgramFault) {
        let rank = try rank()
        func given(_ name: String) throws(ProgramFault) -> [Int]? {
            let values = try integers(name)
            guard values.map({ $0.count == rank }) ?? true else {
                throw ProgramFault("its \(name) has \(values?.count ?? 0) numbers for \(rank) axes")
            }
            return values
        }
        func mask(_ name: String) throws(ProgramFault) -> [Bool] {
            let values = try booleans(name) ?? [Bool](repeating: false, count: rank)
            guard values.count == rank else {
                throw ProgramFault("its \(name) has \(values.count) values for \(rank) axes")
            }
            return values
        }
        guard let begin = try given("begin"), let end = try given("end") else {
            throw ProgramFault("it has no begin or no end")
        }
        let steps = try given("stride") ?? [Int](repeating: 1, count: rank)
        let (fromStart, toEnd, squeezed) = (try mask("begin_mask"), try mask("end_mask"), try mask("squeeze_mask"))
        let far = Int(Int32.max)
        var (starts, ends) = (begin, end)
        for axis in 0..<rank {
            if fromStart[axis] { starts[axis] = steps[axis] > 0 ? 0 : far }
            if toEnd[axis] { ends[axis] = steps[axis] > 0 ? far : -far }
            // The one element at the beginning, whatever the end says.
            if squeezed[axis] { ends[axis] = starts[axis] == -1 ? far : starts[axis] + 1 }
        }
        let isSqueezed = squeezed.contains(true)
        try slice(
            starts, ends, steps.indices.map { squeezed[$0] ? 1 : steps[$0] },
            giving: isSqueezed ? "\(output).slice" : output)
        if isSqueezed {
            let axes = try list("squeezed", squeezed.indices.filter { squeezed[$0] })
            append(Squeeze(), ["\(output).slice", axes])
        }
    }

    private mutating func readSliceBySize() throws(ProgramFault) {
        guard let begin = try integers("begin"), let size = try integers("size"), begin.count == size.count else {
            throw ProgramFault("it has no begin and size of equal length")
        }
        let ends = zip(begin, size).map { $1 < 0 ? Int(Int32.max) : $0 + $1 }
        try slice(begin, ends, begin.map { _ in 1 }, giving: output)
    }

    private mutating func slice(
        _ starts: [Int], _ ends: [Int], _ steps: [Int], giving tensor: String
    ) throws(ProgramFault) {
        let axes = Array(starts.indices)
        append(
            Slice(),
            try operands("x") + [
                list("starts", starts), list("ends", ends), list("axes", axes), list("steps", steps),
            ], giving: tensor)
    }

    /// One node for each output.
    private mutating func readSplit() throws(ProgramFault) {
        let outputs = operation.outputs.map(\.name)
        guard let axis = try integer("axis") else { throw ProgramFault("it has no axis") }
        let sizes = try integers("split_sizes")
        guard try integer("num_splits") ?? sizes?.count ?? outputs.count == outputs.count else {
            throw ProgramFault("it has \(outputs.count) outputs for another number of splits")
        }
        let extents = try sizes.map { (sizes) throws(ProgramFault) in [try list("sizes", sizes)] } ?? []
        for (part, tensor) in outputs.enumerated() {
            append(
                SplitPart(axis: axis, part: part, of: outputs.count), try operands("x") + extents, giving: tensor)
        }
    }

    /// The weights are [C, M / groups, kernel...] as ONNX has them.
    private mutating func readTransposedConvolution() throws(ProgramFault) {
        let kernel = Array(try tensorConstant("weight").shape.dimensions.dropFirst(2))
        let strides = try integers("strides") ?? kernel.map { _ in 1 }
        let padding: TransposedConvolution.Padding? =
            switch try window(kernel).padding {
            case .explicit(let begin, let end): .explicit(begin: begin, end: end)
            case .sameUpper: .sameUpper
            case .sameLower: .sameLower
            }
        var convolution = TransposedConvolution(
            strides: strides, dilations: try integers("dilations"), padding: padding,
            groups: try integer("groups") ?? 1)
        if let shape = try integers("output_shape"), let x = try type("x") {
            let extents = x.dimensions.compactMap { $0 }
            guard extents.count == x.dimensions.count, shape.count == extents.count else {
                throw ProgramFault(unsupported: "an output_shape for an input of open extents is not supported")
            }
            convolution.outputPadding = try missing(shape, convolution, extents)
        }
        append(convolution, try operands("x", "weight") + optional("bias"))
    }

    /// How much longer than what the convolution gives an output is declared to be.
    private func missing(
        _ shape: [Int], _ convolution: TransposedConvolution, _ x: [Int]
    ) throws(ProgramFault) -> [Int] {
        let weights = try tensorConstant("weight").shape
        guard let plain = try? convolution.outputTypes(for: [.real(Shape(x)), .real(weights)])[0].shape else {
            throw ProgramFault("its weight \(weights) does not fit its x \(x)")
        }
        let more = zip(shape, plain.dimensions).dropFirst(2).map { $0 - $1 }
        guard more.allSatisfy({ $0 >= 0 }) else {
            throw ProgramFault(
                unsupported: "an output_shape \(shape) smaller than what its pads leave, \(plain), is not supported")
        }
        return more
    }

    // MARK: Resampling

    /// - Returns: false for an operation of another kind.
    mutating func readResampling() throws(ProgramFault) -> Bool {
        switch operation.type {
        case "upsample_nearest_neighbor":
            try resize(Resize(.nearest(.floor), coordinates: .asymmetric), scales: scaleFactors())
        case "upsample_bilinear":
            let aligns = try boolean("align_corners") ?? true
            let centres = try boolean("half_pixel_centers") ?? !aligns
            try resize(
                Resize(.linear, coordinates: aligns ? .alignCorners : centres ? .halfPixel : .asymmetric),
                scales: scaleFactors())
        case "resize_nearest_neighbor":
            try resize(Resize(.nearest(.floor), coordinates: .asymmetric), extents: targetSize())
        case "resize_bilinear":
            let name = try string("sampling_mode") ?? "DEFAULT"
            let modes: [String: Resize.Coordinates] = [
                "DEFAULT": .asymmetric, "STRICT_ALIGN_CORNERS": .alignCorners, "ALIGN_CORNERS": .alignCorners,
                "UNALIGN_CORNERS": .halfPixel,
            ]
            guard let coordinates = modes[name] else {
                throw ProgramFault(unsupported: "sampling_mode \(name) is not supported")
            }
            try resize(Resize(.linear, coordinates: coordinates), extents: targetSize())
        default: return false
        }
        return true
    }

    private func scaleFactors() throws(ProgramFault) -> [Double] {
        try ["height", "width"].map { (axis) throws(ProgramFault) in
            let name = "scale_factor_\(axis)"
            guard operation.inputs[name] != nil else { return 1 }
            if let whole = try? integer(name) { return Double(whole) }
            return try number(name) ?? 1
        }
    }

    private func targetSize() throws(ProgramFault) -> [Int] {
        guard let height = try integer("target_size_height"), let width = try integer("target_size_width") else {
            throw ProgramFault("it has no target_size_height or no target_size_width")
        }
        return [height, width]
    }

    /// The last two axes.
    private mutating func resize(
        _ operation: Resize, scales: [Double]? = nil, extents: [Int]? = nil
    ) throws(ProgramFault) {
        var operation = operation
        let rank = try rank()
        operation.axes = [rank - 2, rank - 1]
        if let scales {
            // The result's extents are cut to whole numbers, so that with known ones the extents can be given.
            append(operation, try operands("x") + [nil, numbers("scales", scales)])
        } else {
            append(operation, try operands("x") + [nil, nil, list("extents", extents ?? [])])
        }
    }

    private mutating func list(_ role: String, _ integers: [Int]) throws(ProgramFault) -> String {
        try define(role, .int64(Tensor([integers.count], integers.map { Int64($0) })), shape: nil)
    }
}
