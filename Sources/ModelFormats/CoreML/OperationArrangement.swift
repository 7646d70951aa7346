import NetworkGraph
import Tensors

/// The operations that move elements or resample maps.
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

    /// Pads are pairs of before and after, for the last axes.
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
            // Only the element at the beginning, whatever the end says.
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
            // The result's extents are truncated to integers, so known extents can be given instead.
            append(operation, try operands("x") + [nil, numbers("scales", scales)])
        } else {
            append(operation, try operands("x") + [nil, nil, list("extents", extents ?? [])])
        }
    }

    private mutating func list(_ role: String, _ integers: [Int]) throws(ProgramFault) -> String {
        try define(role, .int64(Tensor([integers.count], integers.map { Int64($0) })), shape: nil)
    }
}

extension OperationWriter {
    /// - Returns: false for an operator of another kind.
    mutating func writeRearrangement() throws(PackageWritingError) -> Bool {
        switch node.operator {
        case is Reshape, is Flatten, is Squeeze, is Unsqueeze:
            _ = try append("reshape", ["x": operand(0), "shape": .integers(outputShape.dimensions)])
        case let transpose as Transpose:
            _ = try append(
                "transpose", ["x": operand(0), "perm": .integers(transpose.permutation(rank: shape(0).rank))])
        case let concat as Concat:
            var values = [String]()
            for position in node.inputs.indices where shape(position).count > 0 {
                if case .tensor(let value) = try operand(position) { values.append(value) }
            }
            _ = try append(
                "concat",
                [
                    "values": .tensors(values), "axis": .integer(shape(0).axis(concat.axis) ?? 0),
                    "interleave": .boolean(false),
                ])
        case let pad as Pad: try write(pad)
        case let slice as Slice:
            let ranges: [Slice.Range]
            do throws(OperatorError) { ranges = try slice.ranges(of: inputTypes) } catch {
                throw refusal(error.description)
            }
            try writeSlice(ranges)
        case let split as SplitPart: try write(split)
        case let gather as Gather: try write(gather)
        case let gather as GatherElements:
            _ = try append(
                "gather_along_axis",
                ["x": operand(0), "indices": operand(1), "axis": .integer(shape(0).axis(gather.axis) ?? 0)])
        case is Tile, is Expand: try writeRepeated()
        case let move as SpaceToDepth:
            _ = try append("space_to_depth", ["x": operand(0), "block_size": .integer(move.block)])
        case let move as DepthToSpace:
            _ = try append(
                move.isColumnRowDepth ? "pixel_shuffle" : "depth_to_space",
                ["x": operand(0), move.isColumnRowDepth ? "upscale_factor" : "block_size": .integer(move.block)])
        default: return false
        }
        return true
    }

    private mutating func write(_ pad: Pad) throws(PackageWritingError) {
        let modes: [Pad.Mode: String] = [.constant: "constant", .reflect: "reflect", .edge: "replicate"]
        guard let mode = modes[pad.mode] else {
            throw refusal("is of mode \(pad.mode.rawValue), which has no counterpart")
        }
        let pads: [(before: Int, after: Int)]
        do throws(OperatorError) { pads = try pad.pads(of: inputTypes) } catch { throw refusal(error.description) }
        guard pads.allSatisfy({ $0.before >= 0 && $0.after >= 0 }), type(0).kind == .real else {
            throw refusal("takes elements away or is of integers, which has no counterpart")
        }
        let first = pads.firstIndex { $0.before > 0 || $0.after > 0 } ?? max(pads.count - 1, 0)
        let fill = has(2) && pad.mode == .constant ? try constant(2, "fill").elements.first ?? 0 : 0
        _ = try append(
            "pad",
            [
                "x": operand(0), "pad": .integers(pads[first...].flatMap { [$0.before, $0.after] }),
                "mode": .string(mode), "constant_val": .number(fill),
            ])
    }

    private mutating func writeSlice(_ ranges: [Slice.Range]) throws(PackageWritingError) {
        let ends = ranges.map { $0.start + ($0.count - 1) * $0.step + ($0.step > 0 ? 1 : -1) }
        _ = try append(
            "slice_by_index",
            [
                "x": operand(0), "begin": .integers(ranges.map(\.start)), "end": .integers(ends.map { max($0, 0) }),
                "stride": .integers(ranges.map(\.step)), "end_mask": .booleans(ends.map { $0 < 0 }),
            ])
    }

    private mutating func write(_ split: SplitPart) throws(PackageWritingError) {
        let x = shape(0)
        let axis = x.axis(split.axis) ?? 0
        let borders: [Int]
        do throws(OperatorError) { borders = try split.borders(inputTypes, extent: x[axis]) } catch {
            throw refusal(error.description)
        }
        let ranges = x.dimensions.indices.map { index in
            index == axis
                ? Slice.Range(start: borders[split.part], count: borders[split.part + 1] - borders[split.part])
                : Slice.Range(start: 0, count: x[index])
        }
        try writeSlice(ranges)
    }

    private mutating func write(_ gather: Gather) throws(PackageWritingError) {
        let axis = shape(0).axis(gather.axis) ?? 0
        var indices = try operand(1)
        if let known = type(1).integers {
            indices = .arranged(known.map { $0 < 0 ? $0 + shape(0)[axis] : $0 }, shape(1))
        }
        _ = try append("gather", ["x": operand(0), "indices": indices, "axis": .integer(axis)])
    }

    /// As often along each axis as the result requires.
    private mutating func writeRepeated() throws(PackageWritingError) {
        let (x, result) = (shape(0), outputShape)
        let aligned = Shape([Int](repeating: 1, count: result.rank - x.rank) + x.dimensions)
        var source = try operand(0)
        if aligned != x {
            source = try append(
                "reshape", ["x": source, "shape": .integers(aligned.dimensions)], as: "aligned", shape: aligned)
        }
        let times = zip(result.dimensions, aligned.dimensions).map { $0 / max($1, 1) }
        _ = try append("tile", ["x": source, "reps": .integers(times)])
    }

    // MARK: Resampling

    /// - Returns: false for an operator of another kind.
    mutating func writeResampling() throws(PackageWritingError) -> Bool {
        guard let resize = node.operator as? Resize else { return false }
        let geometry: [Resize.Axis]
        do throws(OperatorError) { geometry = try resize.geometry(for: inputTypes) } catch {
            throw refusal(error.description)
        }
        let changed = geometry.indices.filter { !geometry[$0].isIdentity }
        guard !changed.isEmpty else {
            _ = try append("identity", ["x": operand(0)])
            return true
        }
        let rank = shape(0).rank
        let isOfMaps = rank >= 3 && changed.allSatisfy { $0 >= rank - 2 }
        func same(_ other: Resize) -> Bool { isOfMaps && resize.hasTaps(of: other, along: geometry) }
        switch resize.mode {
        case .nearest:
            guard same(Resize(.nearest(.floor), coordinates: .asymmetric)) else {
                try writeGathers(resize, geometry, changed)
                return true
            }
            try writeResized(
                geometry, upsampling: "upsample_nearest_neighbor", resizing: "resize_nearest_neighbor", [:])
        case .linear:
            let modes: [(Resize.Coordinates, String)] = [
                (.halfPixel, "UNALIGN_CORNERS"), (.alignCorners, "STRICT_ALIGN_CORNERS"), (.asymmetric, "DEFAULT"),
            ]
            guard let mode = modes.first(where: { same(Resize(.linear, coordinates: $0.0)) })?.1 else {
                throw refusal("resamples linearly in a way that has no counterpart")
            }
            try writeResized(geometry, upsampling: nil, resizing: "resize_bilinear", ["sampling_mode": .string(mode)])
        case .cubic: throw refusal("resamples by cubic curves, which has no counterpart")
        }
        return true
    }

    /// - Parameter upsampling: the operation for integer factors.
    private mutating func writeResized(
        _ geometry: [Resize.Axis], upsampling: String?, resizing: String, _ further: [String: Argument]
    ) throws(PackageWritingError) {
        let factors = geometry.suffix(2).map { $0.outputExtent.quotientAndRemainder(dividingBy: $0.inputExtent) }
        var arguments = further
        arguments["x"] = try operand(0)
        if let upsampling, factors.allSatisfy({ $0.remainder == 0 }) {
            arguments["scale_factor_height"] = .integer(factors[0].quotient)
            arguments["scale_factor_width"] = .integer(factors[1].quotient)
            _ = try append(upsampling, arguments)
        } else {
            arguments["target_size_height"] = .integer(geometry[geometry.count - 2].outputExtent)
            arguments["target_size_width"] = .integer(geometry[geometry.count - 1].outputExtent)
            _ = try append(resizing, arguments)
        }
    }

    /// Elements gathered along one axis after another.
    private mutating func writeGathers(
        _ resize: Resize, _ geometry: [Resize.Axis], _ changed: [Int]
    ) throws(PackageWritingError) {
        var (source, extents) = (try operand(0), shape(0).dimensions)
        for axis in changed {
            extents[axis] = geometry[axis].outputExtent
            let places = (0..<extents[axis]).map { resize.taps(of: $0, along: geometry[axis])[0].place }
            source = try append(
                "gather", ["x": source, "indices": .integers(places), "axis": .integer(axis)],
                as: axis == changed.last ? nil : "axis_\(axis)", shape: Shape(extents))
        }
    }
}

extension Resize {
    /// Whether another operation forms its elements from the same input elements with the same weights.
    fileprivate func hasTaps(of other: Resize, along geometry: [Axis]) -> Bool {
        geometry.allSatisfy { axis in
            guard !axis.isIdentity else { return true }
            // The other operation receives only extents.
            let plain = Axis(inputExtent: axis.inputExtent, outputExtent: axis.outputExtent)
            return (0..<axis.outputExtent).allSatisfy { place in
                let (own, others) = (taps(of: place, along: axis), other.taps(of: place, along: plain))
                return own.map(\.place) == others.map(\.place) && own.map(\.weight) == others.map(\.weight)
            }
        }
    }
}
