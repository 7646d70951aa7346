/// A tensor as a file holds it: the kind of its elements is known only once it is read.
public enum AnyTensor: Sendable, Equatable {
    case float16(Tensor<Float16>)
    case float32(Tensor<Float>)
    case float64(Tensor<Double>)
    case int64(Tensor<Int64>)
    case bool(Tensor<Bool>)

    public var elementType: ElementType {
        switch self {
        case .float16: .float16
        case .float32: .float32
        case .float64: .float64
        case .int64: .int64
        case .bool: .bool
        }
    }

    public var shape: Shape {
        switch self {
        case .float16(let tensor): tensor.shape
        case .float32(let tensor): tensor.shape
        case .float64(let tensor): tensor.shape
        case .int64(let tensor): tensor.shape
        case .bool(let tensor): tensor.shape
        }
    }

    /// The elements as float64, which holds every one of them exactly (integers up to 2^53);
    /// a boolean is 0 or 1.
    public var float64: Tensor<Double> {
        switch self {
        case .float16(let tensor): tensor.map(Double.init)
        case .float32(let tensor): tensor.map(Double.init)
        case .float64(let tensor): tensor
        case .int64(let tensor): tensor.map(Double.init)
        case .bool(let tensor): tensor.map { $0 ? 1 : 0 }
        }
    }

    /// The elements as they stand in memory, little-endian, row-major; one byte for a boolean.
    public var littleEndianBytes: [UInt8] {
        switch self {
        case .float16(let tensor): [UInt8](littleEndian: tensor.elements.map(\.bitPattern))
        case .float32(let tensor): [UInt8](littleEndian: tensor.elements.map(\.bitPattern))
        case .float64(let tensor): [UInt8](littleEndian: tensor.elements.map(\.bitPattern))
        case .int64(let tensor): [UInt8](littleEndian: tensor.elements)
        case .bool(let tensor): tensor.elements.map { $0 ? 1 : 0 }
        }
    }

    /// A tensor from the bytes that ``littleEndianBytes`` gives.
    ///
    /// - Returns: nil if the number of bytes is not that of the shape.
    public init?(_ type: ElementType, _ shape: Shape, littleEndianBytes bytes: some Collection<UInt8>) {
        func elements<Bits: FixedWidthInteger>(_: Bits.Type) -> [Bits]? {
            [Bits](shape.count, littleEndianBytes: bytes)
        }
        switch type {
        case .float16:
            guard let bits = elements(UInt16.self) else { return nil }
            self = .float16(Tensor(shape, bits.map(Float16.init(bitPattern:))))
        case .float32:
            guard let bits = elements(UInt32.self) else { return nil }
            self = .float32(Tensor(shape, bits.map(Float.init(bitPattern:))))
        case .float64:
            guard let bits = elements(UInt64.self) else { return nil }
            self = .float64(Tensor(shape, bits.map(Double.init(bitPattern:))))
        case .int64:
            guard let bits = elements(Int64.self) else { return nil }
            self = .int64(Tensor(shape, bits))
        case .bool:
            guard let bits = elements(UInt8.self) else { return nil }
            self = .bool(Tensor(shape, bits.map { $0 != 0 }))
        }
    }
}
