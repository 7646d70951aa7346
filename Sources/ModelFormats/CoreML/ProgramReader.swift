import NetworkGraph
import Tensors

/// Follows the operations of an ML Program and builds a graph of them.
struct ProgramReader {
    /// The tensors that are constants.
    private(set) var constants = [String: ProgramConstant]()
    private(set) var types = [String: ProgramType]()
    private(set) var nodes = [Node]()
    private(set) var initializers = [String: AnyTensor]()
    /// The constants that were stored with fewer bits than they have, and with how many.
    private(set) var compressed = [(name: String, bits: Int)]()
    private let weights: WeightFile?

    init(inputs: [String: ProgramType], weights: WeightFile?) {
        types = inputs
        self.weights = weights
    }

    /// - Throws: ``ProgramFault`` without the operation's name, which the caller adds.
    mutating func read(_ operation: CoreMLOperation) throws(ProgramFault) {
        guard operation.outputs.count == 1, let output = operation.outputs.first, !output.name.isEmpty else {
            throw ProgramFault("it has \(operation.outputs.count) outputs, where one is needed")
        }
        guard types[output.name] == nil else { throw ProgramFault("\"\(output.name)\" is defined twice") }
        guard operation.blocks.isEmpty else { throw ProgramFault("it holds blocks of operations") }
        guard operation.attributes["name"]?.immediateValue.tensor.strings.values.count == 1 else {
            throw ProgramFault("it has no attribute \"name\"")
        }
        let type = try ProgramType(output.type)
        types[output.name] = type
        switch operation.type {
        case "const":
            guard let value = operation.attributes["val"] else { throw ProgramFault("it has no attribute \"val\"") }
            guard try ProgramType(value.type) == type else {
                throw ProgramFault("its value has type \(try ProgramType(value.type)), its output \(type)")
            }
            constants[output.name] = try ProgramConstant(value, weights)
        case "constexpr_affine_dequantize", "constexpr_lut_to_dense":
            let (tensor, bits) = try CompressedConstant(operation.type, attributes(operation)).tensor(type)
            constants[output.name] = .tensor(tensor)
            compressed.append((output.name, bits))
        default:
            var builder = OperationReader(operation, output: output.name, reader: self)
            try builder.read()
            nodes += builder.nodes
            initializers.merge(builder.initializers) { first, _ in first }
        }
    }

    private func attributes(_ operation: CoreMLOperation) throws(ProgramFault) -> [String: AnyTensor] {
        var tensors = [String: AnyTensor]()
        for (name, value) in operation.attributes where name != "name" {
            guard case .tensor(let tensor) = try ProgramConstant(value, weights) else { continue }
            tensors[name] = tensor
        }
        return tensors
    }

    func constant(_ value: CoreMLValue) throws(ProgramFault) -> ProgramConstant { try ProgramConstant(value, weights) }
}

/// A constant that is stored with fewer bits: 8-bit integers with scales, or indices into a table.
private struct CompressedConstant {
    private let kind: String
    private let attributes: [String: AnyTensor]

    init(_ kind: String, _ attributes: [String: AnyTensor]) {
        self.kind = kind
        self.attributes = attributes
    }

    /// The elements, in the type of the output, and how many bits each was stored with.
    func tensor(_ type: ProgramType) throws(ProgramFault) -> (AnyTensor, bits: Int) {
        guard let count = type.count, let floatType = type.element.floatType,
            let shape = try? Shape(checking: type.dimensions.compactMap { $0 })
        else { throw ProgramFault("its output has type \(type)") }
        let (values, bits) = kind == "constexpr_lut_to_dense" ? try lookedUp(count) : try dequantized(shape)
        let tensor = Tensor(shape, values)
        return (floatType == .float16 ? .float16(tensor.map { Float16($0) }) : .float32(tensor.map { Float($0) }), bits)
    }

    private func attribute(_ name: String) throws(ProgramFault) -> Tensor<Double> {
        guard let tensor = attributes[name] else { throw ProgramFault("it has no attribute \"\(name)\"") }
        return tensor.float64
    }

    /// scale * (quantized - zero point), along an axis (MIL `constexpr_affine_dequantize`).
    private func dequantized(_ shape: Shape) throws(ProgramFault) -> ([Double], Int) {
        let data = try attribute("quantized_data")
        let (scale, zero) = (try attribute("scale").elements, try attribute("zero_point").elements)
        let axis = Int(try attribute("axis").elements.first ?? 0)
        guard data.shape == shape, shape.dimensions.indices.contains(axis) else {
            throw ProgramFault("its quantized_data has shape \(data.shape) and axis \(axis), its output \(shape)")
        }
        for (name, list) in [("scale", scale), ("zero_point", zero)] where list.count != 1 && list.count != shape[axis]
        {
            throw ProgramFault("its \(name) has \(list.count) values for \(shape[axis]) along axis \(axis)")
        }
        let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
        let values = data.elements.indices.map { position in
            let along = position / inner % shape[axis]
            return scale[scale.count == 1 ? 0 : along] * (data.elements[position] - zero[zero.count == 1 ? 0 : along])
        }
        return (values, 8)
    }

    /// lut[index], the indices packed from the lowest bit of each byte on (MIL `constexpr_lut_to_dense`).
    private func lookedUp(_ count: Int) throws(ProgramFault) -> ([Double], Int) {
        let table = try attribute("lut").elements
        let packed = try attribute("indices").elements.map { Int($0) }
        guard let bits = [1, 2, 4, 6, 8].first(where: { 1 << $0 == table.count }) else {
            throw ProgramFault("its table has \(table.count) entries; 2, 4, 16, 64 or 256 are right")
        }
        guard try attribute("shape").elements.reduce(1, *) == Double(count), packed.count == (count * bits + 7) / 8
        else { throw ProgramFault("\(packed.count) bytes of indices for \(count) elements of \(bits) bits") }
        let values = (0..<count).map { position in
            let index = (0..<bits).reduce(0) { index, bit in
                let place = position * bits + bit
                return index | (packed[place / 8] >> (place % 8) & 1) << bit
            }
            return table[index]
        }
        return (values, bits)
    }
}
