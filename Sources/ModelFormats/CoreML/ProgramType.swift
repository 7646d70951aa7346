import Tensors

/// A fault in a package, without the package's name.
struct ProgramFault: Error {
    let description: String
    /// Whether the package may be valid, but is not supported.
    let isUnsupported: Bool

    init(_ description: String) { (self.description, isUnsupported) = (description, false) }

    init(unsupported description: String) { (self.description, isUnsupported) = (description, true) }

    private init(_ description: String, isUnsupported: Bool) {
        (self.description, self.isUnsupported) = (description, isUnsupported)
    }

    /// The same, preceded by its place.
    func at(_ place: String) -> ProgramFault {
        ProgramFault("\(place): \(description)", isUnsupported: isUnsupported)
    }
}

/// The element types of an ML Program, by the schema's numbers.
enum ProgramElement: Int32, CustomStringConvertible {
    case bool = 1
    case string = 2
    case float16 = 10
    case float32 = 11
    case int8 = 21
    case int16 = 22
    case int32 = 23
    case int4 = 25
    case uint8 = 31
    case uint16 = 32
    case uint32 = 33
    case uint4 = 35
    case uint2 = 36
    case uint1 = 37
    case uint6 = 38
    case uint3 = 39

    /// The names of the other types that the schema has.
    static let unsupported: [Int32: String] = [
        12: "fp64", 13: "bf16", 24: "int64", 34: "uint64", 40: "fp8 (e4m3)", 41: "fp8 (e5m2)",
    ]

    var description: String {
        switch self {
        case .bool: "bool"
        case .string: "string"
        case .float16: "fp16"
        case .float32: "fp32"
        default: (isSigned ? "int" : "uint") + String(bits)
        }
    }

    /// The bits of an element in packed storage; 0 for a string.
    var bits: Int {
        switch self {
        case .string: 0
        case .uint1: 1
        case .uint2: 2
        case .uint3: 3
        case .int4, .uint4: 4
        case .uint6: 6
        case .bool, .int8, .uint8: 8
        case .float16, .int16, .uint16: 16
        case .float32, .int32, .uint32: 32
        }
    }

    private var isSigned: Bool {
        switch self {
        case .int4, .int8, .int16, .int32: true
        default: false
        }
    }

    /// Integers of this type, packed from the lowest bit of each byte on; nil if the number of bytes does not fit.
    func unpacked(_ bytes: ArraySlice<UInt8>, count: Int) -> [Int64]? {
        guard bytes.count == (count.saturatingProduct(bits)) / 8 + (count % 8 * bits % 8 == 0 ? 0 : 1) else {
            return nil
        }
        var (window, held): (UInt64, Int) = (0, 0)
        var rest = bytes[...]
        return (0..<count).map { _ in
            while held < bits, let byte = rest.popFirst() {
                window |= UInt64(byte) << UInt64(held)
                held += 8
            }
            let value = Int64(window & (1 << UInt64(bits) - 1))
            window >>= UInt64(bits)
            held -= bits
            return isSigned && value >> Int64(bits - 1) == 1 ? value - 1 << Int64(bits) : value
        }
    }

    /// The weight file's code; nil if such constants are stored in the program.
    var blobCode: WeightFile.ElementCode? {
        switch self {
        case .float16: .float16
        case .float32: .float32
        case .uint8: .uint8
        case .int8: .int8
        case .int16: .int16
        case .uint16: .uint16
        case .int4: .int4
        case .uint1: .uint1
        case .uint2: .uint2
        case .uint4: .uint4
        case .uint3: .uint3
        case .uint6: .uint6
        case .int32: .int32
        case .uint32: .uint32
        case .bool, .string: nil
        }
    }

    /// Its code in a model's description; nil if it cannot be an input or an output.
    var featureCode: Int32? {
        switch self {
        case .float16: 65552
        case .float32: 65568
        case .int32: 131104
        default: nil
        }
    }

    /// The type of a tensor's elements; nil for strings.
    var elementType: ElementType? {
        switch self {
        case .bool: .bool
        case .string: nil
        case .float16: .float16
        case .float32: .float32
        case .int8, .int4: .int8
        case .int16: .int16
        case .int32: .int32
        case .uint8, .uint1, .uint2, .uint3, .uint4, .uint6: .uint8
        case .uint16: .uint16
        case .uint32: .uint32
        }
    }

    var floatType: ElementType? { elementType.flatMap { $0.floatFormat == nil ? nil : $0 } }
}

/// The type of a tensor in an ML Program.
struct ProgramType: Equatable, CustomStringConvertible {
    var element: ProgramElement
    /// Nil for an extent known only at run time.
    var dimensions: [Int?]

    var description: String {
        "\(element) [\(dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]"
    }

    /// The number of elements; nil if an extent is open or the number too large.
    var count: Int? {
        guard let shape = try? Shape(checking: dimensions.compactMap { $0 }), !dimensions.contains(nil) else {
            return nil
        }
        return shape.count
    }

    init(_ element: ProgramElement, _ dimensions: [Int?]) {
        self.element = element
        self.dimensions = dimensions
    }

    init(_ proto: CoreMLValueType) throws(ProgramFault) {
        let tensor = proto.tensorType
        guard case .tensorType? = proto.type else {
            throw ProgramFault(
                unsupported: "a list, a tuple, a dictionary or a state is not supported, only tensors are")
        }
        guard let element = ProgramElement(rawValue: tensor.dataType) else {
            guard let name = ProgramElement.unsupported[tensor.dataType] else {
                throw ProgramFault("element type \(tensor.dataType) does not exist")
            }
            throw ProgramFault(unsupported: "element type \(name) is not supported")
        }
        guard tensor.rank == tensor.dimensions.count else {
            throw ProgramFault("a type of rank \(tensor.rank) has \(tensor.dimensions.count) dimensions")
        }
        self.element = element
        dimensions = []
        for dimension in tensor.dimensions {
            switch dimension.dimension {
            case .constant(let constant)? where constant.size > 0 && constant.size <= UInt64(Int32.max):
                dimensions.append(Int(constant.size))
            case .unknown(let unknown)? where !unknown.variadic: dimensions.append(nil)
            case .unknown?: throw ProgramFault(unsupported: "a type of any number of dimensions is not supported")
            default: throw ProgramFault("a dimension of a type is neither a number from 1 on nor open")
            }
        }
    }

    /// A constant's elements; nil if the number of bytes does not fit, and for types whose elements are stored in a
    /// list.
    func tensor(littleEndianBytes bytes: ArraySlice<UInt8>) -> AnyTensor? {
        guard let count, let shape = try? Shape(checking: dimensions.compactMap { $0 }) else { return nil }
        switch element {
        case .float16: return AnyTensor(.float16, shape, littleEndianBytes: bytes)
        case .float32: return AnyTensor(.float32, shape, littleEndianBytes: bytes)
        case .bool, .string: return nil
        case .int8, .int16, .int32, .uint8, .uint16, .uint32:
            return element.elementType.flatMap { AnyTensor($0, shape, littleEndianBytes: bytes) }
        default: return element.unpacked(bytes, count: count).map { .int64(Tensor(shape, $0)) }
        }
    }

    var proto: CoreMLValueType {
        .with {
            $0.tensorType = .with {
                $0.dataType = element.rawValue
                $0.rank = Int64(dimensions.count)
                $0.dimensions = dimensions.map { extent in
                    .with { dimension in
                        if let extent {
                            dimension.constant = .with { $0.size = UInt64(extent) }
                        } else {
                            dimension.unknown = .init()
                        }
                    }
                }
            }
        }
    }
}

/// A constant of a program.
enum ProgramConstant {
    case tensor(AnyTensor)
    case strings([String])

    /// Integers of a narrower type, stored as 32-bit integers.
    private static func narrowed(_ values: Tensor<Int32>, to type: ProgramType) throws(ProgramFault) -> AnyTensor {
        func tensor<Element: FixedWidthInteger & TensorElement>(
            of _: Element.Type
        ) throws(ProgramFault) -> AnyTensor {
            let elements = values.elements.compactMap { Element(exactly: $0) }
            guard elements.count == values.elements.count else {
                throw ProgramFault("a value that its type \(type) does not hold")
            }
            return AnyTensor(Tensor(values.shape, elements))
        }
        switch type.element {
        case .int8: return try tensor(of: Int8.self)
        case .uint8: return try tensor(of: UInt8.self)
        case .int16: return try tensor(of: Int16.self)
        default: return try tensor(of: UInt16.self)
        }
    }

    init(_ value: CoreMLValue, _ weights: WeightFile?) throws(ProgramFault) {
        let type = try ProgramType(value.type)
        guard let count = type.count, let shape = try? Shape(checking: type.dimensions.compactMap { $0 }) else {
            throw ProgramFault("a constant of type \(type)")
        }
        func checked<Number>(_ values: [Number]) throws(ProgramFault) -> [Number] {
            guard values.count == count else { throw ProgramFault("\(values.count) values for type \(type)") }
            return values
        }
        switch value.value {
        case .blobFileValue(let blob)?:
            guard blob.fileName == "@model_path/weights/weight.bin" else {
                throw ProgramFault("constants in \"\(blob.fileName)\", not in the weight file")
            }
            guard let weights else {
                throw ProgramFault(
                    "constants in a weight file, but the manifest has no item for it, named \"weights\", or there is no file "
                        + "weight.bin in it")
            }
            self = .tensor(try weights.tensor(at: blob.offset, type))
        case .immediateValue(let immediate)?:
            switch (immediate.tensor.value, type.element) {
            case (.floats(let list)?, .float32): self = .tensor(.float32(Tensor(shape, try checked(list.values))))
            case (.ints(let list)?, .int32):
                self = .tensor(.int32(Tensor(shape, try checked(list.values))))
            case (.ints(let list)?, .int16), (.ints(let list)?, .uint16), (.ints(let list)?, .int8),
                (.ints(let list)?, .uint8):
                self = .tensor(try Self.narrowed(Tensor(shape, try checked(list.values)), to: type))
            case (.bools(let list)?, .bool): self = .tensor(.bool(Tensor(shape, try checked(list.values))))
            case (.strings(let list)?, .string): self = .strings(try checked(list.values))
            case (.bytes(let list)?, _):
                guard let tensor = type.tensor(littleEndianBytes: ArraySlice(list.values)) else {
                    throw ProgramFault("\(list.values.count) bytes for type \(type)")
                }
                self = .tensor(tensor)
            default: throw ProgramFault("a value that is not of its type \(type)")
            }
        default: throw ProgramFault("a constant without a value")
        }
    }
}
