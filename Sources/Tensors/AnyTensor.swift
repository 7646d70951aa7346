/// A tensor as stored in a file: its element type becomes known only when it is read.
public enum AnyTensor: Sendable, Equatable {
    case float16(Tensor<Float16>)
    case float32(Tensor<Float>)
    case float64(Tensor<Double>)
    case int8(Tensor<Int8>)
    case int16(Tensor<Int16>)
    case int32(Tensor<Int32>)
    case int64(Tensor<Int64>)
    case uint8(Tensor<UInt8>)
    case uint16(Tensor<UInt16>)
    case uint32(Tensor<UInt32>)
    case uint64(Tensor<UInt64>)
    case bool(Tensor<Bool>)

    public init<Element: TensorElement>(_ tensor: Tensor<Element>) {
        self = Element.anyTensor(tensor)
    }

    /// The tensor with its element type, for code written once for all types.
    public var contents: any TypedTensor {
        switch self {
        case .float16(let tensor): tensor
        case .float32(let tensor): tensor
        case .float64(let tensor): tensor
        case .int8(let tensor): tensor
        case .int16(let tensor): tensor
        case .int32(let tensor): tensor
        case .int64(let tensor): tensor
        case .uint8(let tensor): tensor
        case .uint16(let tensor): tensor
        case .uint32(let tensor): tensor
        case .uint64(let tensor): tensor
        case .bool(let tensor): tensor
        }
    }

    public var elementType: ElementType {
        func type<Typed: TypedTensor>(of tensor: Typed) -> ElementType { Typed.Element.elementType }
        return type(of: contents)
    }

    public var shape: Shape {
        func shape(of tensor: some TypedTensor) -> Shape { tensor.typed.shape }
        return shape(of: contents)
    }

    /// The elements as float64, which represents all of them exactly (integers up to 2^53); booleans as 0 or 1.
    public var float64: Tensor<Double> {
        func float64<Typed: TypedTensor>(of tensor: Typed) -> Tensor<Double> { Typed.Element.float64(tensor.typed) }
        return float64(of: contents)
    }

    /// The elements of an integer tensor of any width; nil for other types, and if one is 2^63 or more.
    public var integers: Tensor<Int64>? {
        if case .int64(let tensor) = self { return tensor }
        func integers(of tensor: some TypedTensor) -> Tensor<Int64>? {
            let numbers = tensor.typed.elements.compactMap { $0.integer.flatMap { Int64(exactly: $0) } }
            return numbers.count == tensor.typed.shape.count ? Tensor(tensor.typed.shape, numbers) : nil
        }
        return elementType.isInteger ? integers(of: contents) : nil
    }

    /// The elements as in memory, little-endian, row-major; one byte for a boolean.
    public var littleEndianBytes: [UInt8] { withLittleEndianBytes { [UInt8]($0) } }

    /// Gives the bytes of ``littleEndianBytes`` where they are.
    package func withLittleEndianBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // Every supported processor stores the lowest byte first.
        func bytes(of tensor: some TypedTensor) -> Result { tensor.typed.elements.withUnsafeBytes(body) }
        return bytes(of: contents)
    }

    /// A tensor from the bytes of ``littleEndianBytes``.
    ///
    /// - Returns: nil if the number of bytes does not fit the shape.
    public init?(_ type: ElementType, _ shape: Shape, littleEndianBytes bytes: some Collection<UInt8>) {
        func tensor<Element: TensorElement>(of _: Element.Type, _ bytes: UnsafeRawBufferPointer) -> AnyTensor? {
            Element.elements(shape.count, littleEndianBytes: bytes).map { AnyTensor(Tensor(shape, $0)) }
        }
        func tensor(_ bytes: UnsafeRawBufferPointer) -> AnyTensor? { tensor(of: type.element, bytes) }
        // Bytes that lie one behind the other are read where they are.
        let read = bytes.withContiguousStorageIfAvailable { tensor(UnsafeRawBufferPointer($0)) }
        guard let tensor = read ?? Array(bytes).withUnsafeBytes(tensor) else { return nil }
        self = tensor
    }

    /// The same elements under another shape of equal count.
    public func reshaped(to shape: Shape) -> AnyTensor {
        func reshaped(_ tensor: some TypedTensor) -> AnyTensor { AnyTensor(tensor.typed.reshaped(to: shape)) }
        return reshaped(contents)
    }

    /// The tensor with its axes in another order: axis i of the result is axis permutation[i] of this one.
    public func transposed(_ permutation: [Int]) -> AnyTensor {
        func transposed(_ tensor: some TypedTensor) -> AnyTensor { AnyTensor(tensor.typed.transposed(permutation)) }
        return transposed(contents)
    }
}
