import Tensors

/// A constant stored with fewer bits or without its zeros, in attributes: 8-bit integers with scales, indices into a
/// table, a mask with the elements where it is set, or float16 for float32
/// (coremltools/converters/mil/mil/ops/defs/iOS16/constexpr_ops.py).
struct CompressedConstant {
    static let kinds: Set<String> = [
        "constexpr_affine_dequantize", "constexpr_cast", "constexpr_lut_to_dense", "constexpr_sparse_to_dense",
    ]

    private let kind: String
    private let attributes: [String: AnyTensor]

    init(_ kind: String, _ attributes: [String: AnyTensor]) {
        self.kind = kind
        self.attributes = attributes
    }

    /// The elements, in the output's type, and the number of bits that stored each.
    func tensor(_ type: ProgramType) throws(ProgramFault) -> (AnyTensor, bits: Int) {
        guard let floatType = type.element.floatType,
            let shape = try? Shape(checking: type.dimensions.map { $0 ?? -1 })
        else { throw ProgramFault("its output has type \(type)") }
        func convert<Number: BinaryFloatingPoint & Sendable>(
            _ number: (Double) -> Number
        ) throws(ProgramFault) -> (Tensor<Number>, bits: Int) {
            let (elements, bits) =
                switch kind {
                case "constexpr_cast": try cast(shape, as: number)
                case "constexpr_lut_to_dense": try lookedUp(shape, as: number)
                case "constexpr_sparse_to_dense": try spread(shape, as: number)
                default: try dequantized(shape, as: number)
                }
            return (Tensor(shape, elements), bits)
        }
        if floatType == .float16 {
            let (tensor, bits) = try convert { Float16($0) }
            return (.float16(tensor), bits)
        }
        let (tensor, bits) = try convert { Float($0) }
        return (.float32(tensor), bits)
    }

    private func attribute(_ name: String) throws(ProgramFault) -> AnyTensor {
        guard let tensor = attributes[name] else { throw ProgramFault("it has no attribute \"\(name)\"") }
        return tensor
    }

    private func integers(_ name: String) throws(ProgramFault) -> Tensor<Int64> {
        guard let tensor = try attribute(name).integers else {
            throw ProgramFault("its \(name) has elements of type \(try attribute(name).elementType), not integers")
        }
        return tensor
    }

    private func numbers(_ name: String) throws(ProgramFault) -> [Double] {
        let tensor = try attribute(name)
        guard tensor.elementType.floatFormat != nil else { throw ProgramFault("its \(name) holds no numbers") }
        return tensor.float64.elements
    }

    private func cast<Number>(
        _ shape: Shape, as number: (Double) -> Number
    ) throws(ProgramFault) -> ([Number], Int) {
        let source = try attribute("source_val")
        guard source.shape == shape else {
            throw ProgramFault("its source_val has shape \(source.shape), its output \(shape)")
        }
        return (try numbers("source_val").map(number), 16)
    }

    /// The elements where a mask's bits are set, 0 elsewhere; the mask is packed from the lowest bit of each byte on.
    private func spread<Number: ExpressibleByIntegerLiteral>(
        _ shape: Shape, as number: (Double) -> Number
    ) throws(ProgramFault) -> ([Number], Int) {
        let given = try attribute("nonzero_data")
        let values: [Number]
        if let integers = given.integers {
            values = integers.elements.map { number(Double($0)) }
        } else {
            values = try numbers("nonzero_data").map(number)
        }
        let mask = try integers("mask").elements
        guard try integers("shape").elements.map({ Int($0) }) == shape.dimensions else {
            throw ProgramFault("its shape is \(try integers("shape").elements), its output \(shape)")
        }
        guard mask.count == (shape.count + 7) / 8, mask.allSatisfy({ (0...255).contains($0) }) else {
            throw ProgramFault("\(mask.count) bytes of a mask for \(shape.count) elements, or some that are no bytes")
        }
        let places = (0..<shape.count).filter { mask[$0 / 8] >> Int64($0 % 8) & 1 == 1 }
        guard places.count == values.count else {
            throw ProgramFault(
                "its mask is set in \(places.count) places, and \(values.count) elements are given for them")
        }
        var elements = [Number](repeating: 0, count: shape.count)
        for (place, value) in zip(places, values) { elements[place] = value }
        return (elements, given.elementType == .float16 ? 16 : given.elementType == .float32 ? 32 : 8)
    }

    /// scale * (quantized - zero point), along an axis (MIL `constexpr_affine_dequantize`).
    private func dequantized<Number>(
        _ shape: Shape, as number: (Double) -> Number
    ) throws(ProgramFault) -> ([Number], Int) {
        let data = try integers("quantized_data")
        let (scale, zero) = (try numbers("scale"), try integers("zero_point").elements)
        guard let given = try integers("axis").elements.first, let axis = shape.axis(Int(given)) else {
            throw ProgramFault("its axis is \(try integers("axis").elements), its output has \(shape.rank) axes")
        }
        guard data.shape == shape else {
            throw ProgramFault("its quantized_data has shape \(data.shape), its output \(shape)")
        }
        for (name, count) in [("scale", scale.count), ("zero_point", zero.count)]
        where count != 1 && count != shape[axis] {
            throw ProgramFault("its \(name) has \(count) values for \(shape[axis]) along axis \(axis)")
        }
        let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
        let values = data.elements.indices.map { position in
            let along = position / inner % shape[axis]
            let difference = Double(data.elements[position]) - Double(zero[zero.count == 1 ? 0 : along])
            return number(scale[scale.count == 1 ? 0 : along] * difference)
        }
        return (values, 8)
    }

    /// lut[index], with indices packed from the lowest bit of each byte on (MIL `constexpr_lut_to_dense`).
    private func lookedUp<Number>(
        _ shape: Shape, as number: (Double) -> Number
    ) throws(ProgramFault) -> ([Number], Int) {
        let count = shape.count
        let table = try numbers("lut").map(number)
        let packed = try integers("indices").elements
        guard let bits = [1, 2, 4, 6, 8].first(where: { 1 << $0 == table.count }) else {
            throw ProgramFault("its table has \(table.count) entries; 2, 4, 16, 64 or 256 are right")
        }
        if let outside = packed.first(where: { !(0...255).contains($0) }) {
            throw ProgramFault("its indices hold \(outside), which is not a byte from 0 to 255")
        }
        guard try integers("shape").elements.map({ Int($0) }) == shape.dimensions else {
            throw ProgramFault("its shape is \(try integers("shape").elements), its output \(shape)")
        }
        guard packed.count == (count * bits + 7) / 8 else {
            throw ProgramFault("\(packed.count) bytes of indices for \(count) elements of \(bits) bits")
        }
        let values = (0..<count).map { position in
            let index = (0..<bits).reduce(0) { index, bit in
                let place = position * bits + bit
                return index | Int(packed[place / 8] >> Int64(place % 8) & 1) << bit
            }
            return table[index]
        }
        return (values, bits)
    }
}
