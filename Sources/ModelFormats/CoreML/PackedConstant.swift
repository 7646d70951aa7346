import Tensors

/// A constant of iOS 18, stored with fewer bits or without its zeros, whose parts are inputs of the operation
/// (coremltools/converters/mil/mil/ops/defs/iOS18/compression.py).
///
/// If a part has one block for several elements, its extent along each axis divides theirs.
struct PackedConstant {
    /// A tensor with its type in the program.
    typealias Part = (tensor: AnyTensor, type: ProgramType)

    static let kinds: Set<String> = [
        "constexpr_blockwise_shift_scale", "constexpr_lut_to_dense", "constexpr_lut_to_sparse",
        "constexpr_sparse_blockwise_shift_scale", "constexpr_sparse_to_dense",
    ]

    private let kind: String
    private let parts: [String: Part]

    init(_ kind: String, _ parts: [String: Part]) {
        self.kind = kind
        self.parts = parts
    }

    /// The operation's result, of the given types: a tensor, or a mask and the elements where it is set.
    ///
    /// - Returns: also the number of bits that stores each element, and the way of storing, in words.
    func tensors(_ types: [ProgramType]) throws(ProgramFault) -> (tensors: [AnyTensor], bits: Int, form: String) {
        let isSparse = ["constexpr_lut_to_sparse", "constexpr_sparse_blockwise_shift_scale"].contains(kind)
        guard types.count == (isSparse ? 2 : 1), let last = types.last else {
            throw ProgramFault("it has \(types.count) outputs, where \(isSparse ? 2 : 1) are right")
        }
        switch last.element {
        case .float16: return try tensors(types, { Float16($0) }) { .float16($0) }
        case .float32: return try tensors(types, { Float($0) }) { .float32($0) }
        case .int4, .int8, .uint4, .uint8: return try tensors(types, { $0 }) { .int64($0.map { Int64($0) }) }
        default: throw ProgramFault("its output has type \(last)")
        }
    }

    private func tensors<Number: BinaryFloatingPoint & Sendable>(
        _ types: [ProgramType], _ number: (Double) -> Number, _ whole: (Tensor<Number>) -> AnyTensor
    ) throws(ProgramFault) -> (tensors: [AnyTensor], bits: Int, form: String) {
        let result: (mask: Tensor<Int64>?, values: Tensor<Number>)
        let (stored, form): (String, String)
        switch kind {
        case "constexpr_blockwise_shift_scale":
            let data = try part("data")
            result = (nil, try scaled(Tensor(data.tensor.shape, numbers(data.tensor).map(number)), number))
            (stored, form) = ("data", "scaled in blocks")
        case "constexpr_sparse_blockwise_shift_scale":
            let mask = try mask("data_mask")
            let dense = try spread(try numbers(part("nonzero_data").tensor).map(number), over: mask)
            result = (mask, gathered(try scaled(dense, number), where: mask))
            (stored, form) = ("nonzero_data", "sparse, scaled in blocks")
        case "constexpr_lut_to_dense":
            result = (nil, try lookedUp(try integers("indices"), number))
            (stored, form) = ("indices", "palette")
        case "constexpr_lut_to_sparse":
            let mask = try mask("indices_mask")
            let indices = try spread(integers("indices_nonzero_data").elements, over: mask)
            let dense = try lookedUp(indices, number)
            let wide = try repeated(mask)
            result = (wide, gathered(dense, where: wide))
            (stored, form) = ("indices_nonzero_data", "sparse palette")
        default:
            let mask = try mask("mask")
            result = (nil, try spread(try numbers(part("nonzero_data").tensor).map(number), over: mask))
            (stored, form) = ("nonzero_data", "sparse")
        }
        let found = [result.mask.map(\.shape), result.values.shape].compactMap { $0 }
        for (shape, type) in zip(found, types) where shape.dimensions != type.dimensions {
            throw ProgramFault("it gives \(shape), its output is declared as \(type)")
        }
        let tensors = [result.mask.map { AnyTensor.int64($0) }, whole(result.values)].compactMap { $0 }
        return (tensors, try part(stored).type.element.bits, form)
    }

    // MARK: - What they compute

    /// scale * (data - offset), for the block of each element.
    private func scaled<Number: BinaryFloatingPoint & Sendable>(
        _ data: Tensor<Number>, _ number: (Double) -> Number
    ) throws(ProgramFault) -> Tensor<Number> {
        let scale = try part("scale").tensor
        let offsets = try blocks(of: "scale", scale.shape, over: data.shape)
        let scales = try numbers(scale).map(number)
        var shifts = [Number](repeating: 0, count: scales.count)
        if let offset = parts["offset"]?.tensor {
            guard offset.shape == scale.shape else {
                throw ProgramFault("its offset has shape \(offset.shape), its scale \(scale.shape)")
            }
            shifts = try numbers(offset).map(number)
        }
        let values = zip(data.elements, offsets).map { value, block in scales[block] * (value - shifts[block]) }
        return Tensor(data.shape, values)
    }

    /// lut[block, index], which is a vector along an axis if it has several elements.
    private func lookedUp<Number: BinaryFloatingPoint & Sendable>(
        _ indices: Tensor<Int64>, _ number: (Double) -> Number
    ) throws(ProgramFault) -> Tensor<Number> {
        let lut = try part("lut").tensor
        guard lut.shape.rank == indices.shape.rank + 2 else {
            throw ProgramFault("its lut has shape \(lut.shape), where two axes more than \(indices.shape) are right")
        }
        let groups = Shape(Array(lut.shape.dimensions.dropLast(2)))
        let (entries, length) = (lut.shape[lut.shape.rank - 2], lut.shape[lut.shape.rank - 1])
        let offsets = try blocks(of: "lut", groups, over: indices.shape)
        let table = try numbers(lut).map(number)
        if let outside = indices.elements.first(where: { !(0..<Int64(entries)).contains($0) }) {
            throw ProgramFault("its indices hold \(outside), its lut has \(entries) entries")
        }
        let axis = try vectorAxis(rank: indices.shape.rank, length: length)
        let shape = try widened(indices.shape, axis, by: length)
        let inner = indices.shape.dimensions[(axis + 1)...].reduce(1, *)
        var values = [Number]()
        values.reserveCapacity(shape.count)
        for start in stride(from: 0, to: indices.shape.count, by: max(inner, 1)) {
            for place in 0..<length {
                for position in start..<start + inner {
                    let entry = offsets[position] * entries + Int(indices.elements[position])
                    values.append(table[entry * length + place])
                }
            }
        }
        return Tensor(shape, values)
    }

    /// A mask with each element repeated for each element of the table's vectors.
    private func repeated(_ mask: Tensor<Int64>) throws(ProgramFault) -> Tensor<Int64> {
        let length = try part("lut").tensor.shape.dimensions.last ?? 1
        let axis = try vectorAxis(rank: mask.shape.rank, length: length)
        let inner = max(mask.shape.dimensions[(axis + 1)...].reduce(1, *), 1)
        let values = stride(from: 0, to: mask.shape.count, by: inner).flatMap { start in
            (0..<length).flatMap { _ in mask.elements[start..<start + inner] }
        }
        return Tensor(try widened(mask.shape, axis, by: length), values)
    }

    private func vectorAxis(rank: Int, length: Int) throws(ProgramFault) -> Int {
        guard parts["vector_axis"] != nil else {
            guard length == 1 else { throw ProgramFault("it has no vector_axis for a lut of vectors") }
            return rank - 1
        }
        let given = try integers("vector_axis").elements
        guard given.count == 1, (-rank..<rank).contains(Int(given[0])) else {
            throw ProgramFault("its vector_axis is \(given) for \(rank) axes")
        }
        return given[0] < 0 ? Int(given[0]) + rank : Int(given[0])
    }

    private func widened(_ shape: Shape, _ axis: Int, by length: Int) throws(ProgramFault) -> Shape {
        var extents = shape.dimensions
        extents[axis] = extents[axis].saturatingProduct(length)
        do { return try Shape(checking: extents) } catch { throw ProgramFault("\(error)") }
    }

    /// The elements where a mask is set, row by row.
    private func gathered<Number>(_ dense: Tensor<Number>, where mask: Tensor<Int64>) -> Tensor<Number> {
        let values = zip(dense.elements, mask.elements).filter { $0.1 != 0 }.map(\.0)
        return Tensor([values.count], values)
    }

    /// Elements placed where a mask is set, row by row, with 0 elsewhere.
    private func spread<Number: ExpressibleByIntegerLiteral & Sendable>(
        _ values: [Number], over mask: Tensor<Int64>
    ) throws(ProgramFault) -> Tensor<Number> {
        let wanted = mask.elements.count { $0 != 0 }
        guard values.count == wanted else {
            throw ProgramFault("its mask is set in \(wanted) places, and \(values.count) elements are given for them")
        }
        var next = 0
        return mask.map { bit in
            guard bit != 0 else { return 0 }
            defer { next += 1 }
            return values[next]
        }
    }

    /// For each element of a tensor, the position of its block among the blocks.
    private func blocks(of role: String, _ blocks: Shape, over data: Shape) throws(ProgramFault) -> [Int] {
        guard blocks.rank == data.rank,
            zip(blocks.dimensions, data.dimensions).allSatisfy({ $0 > 0 && $1 % $0 == 0 })
        else { throw ProgramFault("its \(role) has blocks \(blocks), which do not divide \(data)") }
        var positions = [0]
        for (axis, step) in blocks.strides.enumerated() {
            let size = data[axis] / blocks[axis]
            positions = positions.flatMap { first in (0..<data[axis]).map { first + $0 / max(size, 1) * step } }
        }
        return positions
    }

    // MARK: - Parts

    private func part(_ name: String) throws(ProgramFault) -> Part {
        guard let part = parts[name] else { throw ProgramFault("it has no \(name)") }
        return part
    }

    private func integers(_ name: String) throws(ProgramFault) -> Tensor<Int64> {
        guard let tensor = try part(name).tensor.integers else {
            throw ProgramFault("its \(name) holds no integers")
        }
        return tensor
    }

    private func mask(_ name: String) throws(ProgramFault) -> Tensor<Int64> {
        guard try part(name).type.element == .uint1 else {
            throw ProgramFault("its \(name) has type \(try part(name).type), where uint1 is right")
        }
        return try integers(name)
    }

    private func numbers(_ tensor: AnyTensor) throws(ProgramFault) -> [Double] {
        if let integers = tensor.integers { return integers.elements.map { Double($0) } }
        guard tensor.elementType.floatFormat != nil else { throw ProgramFault("a part holds no numbers") }
        return tensor.float64.elements
    }
}
