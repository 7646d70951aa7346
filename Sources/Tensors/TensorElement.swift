/// A number or a boolean of a type that files contain.
///
/// The functions over whole tensors are requirements with a single definition, so that the compiler specialises them
/// for each type.
public protocol TensorElement: Sendable, Equatable, BitwiseCopyable {
    /// The bits as stored in a file.
    associatedtype FileBits: FixedWidthInteger & BitwiseCopyable & Sendable

    static var elementType: ElementType { get }

    init(fileBits: FileBits)

    var fileBits: FileBits { get }

    /// The number as float64, rounded to nearest if necessary; 0 or 1 for a boolean.
    var float64: Double { get }

    /// The number as an integer; nil if the type is not an integer type.
    var integer: Int128? { get }

    static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor

    static func float64(_ tensor: Tensor<Self>) -> Tensor<Double>

    /// Elements from their bytes; nil if the number of bytes does not fit.
    static func elements(_ count: Int, littleEndianBytes bytes: UnsafeRawBufferPointer) -> [Self]?
}

extension TensorElement {
    public var integer: Int128? { nil }

    public static func float64(_ tensor: Tensor<Self>) -> Tensor<Double> { tensor.map { $0.float64 } }

    // Every supported processor stores the lowest byte first, as files do: an element's bytes are those of its bits.
    public static func elements(_ count: Int, littleEndianBytes bytes: UnsafeRawBufferPointer) -> [Self]? {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Self>.stride)
        guard !overflow, bytes.count == size else { return nil }
        return [Self](unsafeUninitializedCapacity: count) { elements, initialized in
            UnsafeMutableRawBufferPointer(elements).copyMemory(from: bytes)
            initialized = count
        }
    }
}

extension TensorElement where Self: FixedWidthInteger {
    public init(fileBits: Self) { self = fileBits }
    public var fileBits: Self { self }
    public var float64: Double { Double(self) }
    public var integer: Int128? { Int128(self) }
}

extension Float16: TensorElement {
    public static var elementType: ElementType { .float16 }

    /// The same numbers as ``float64`` gives: many processors leave the conversion of one to a slow function, and move
    /// the bits of several at once.
    public static func float64(_ tensor: Tensor<Float16>) -> Tensor<Double> {
        tensor.map { number in
            let bits = UInt32(number.bitPattern)
            // The bits under float32's exponent, whose bias is 112 more; infinity and NaN have all bits of an exponent.
            let moved = Float(bitPattern: (bits & 0x7FFF) << 13) * 0x1p112
            let special: UInt32 = bits & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
            return Double(Float(bitPattern: moved.bitPattern | special | (bits & 0x8000) << 16))
        }
    }

    public init(fileBits: UInt16) { self.init(bitPattern: fileBits) }
    public var fileBits: UInt16 { bitPattern }
    public var float64: Double { Double(self) }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .float16(tensor) }
}

extension Float: TensorElement {
    public static var elementType: ElementType { .float32 }
    public init(fileBits: UInt32) { self.init(bitPattern: fileBits) }
    public var fileBits: UInt32 { bitPattern }
    public var float64: Double { Double(self) }
    /// A loop of this type's own, which debug builds run in a fraction of the time of ``Tensor/map(_:)``.
    public static func float64(_ tensor: Tensor<Float>) -> Tensor<Double> {
        let count = tensor.elements.count
        let numbers = tensor.elements.withUnsafeBufferPointer { elements in
            [Double](unsafeUninitializedCapacity: count) { numbers, initialized in
                guard var source = elements.baseAddress, var target = numbers.baseAddress else { return }
                let end = source + count
                while source < end {
                    target.initialize(to: Double(source.pointee))
                    source += 1
                    target += 1
                }
                initialized = count
            }
        }
        return Tensor<Double>(tensor.shape, numbers)
    }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .float32(tensor) }
}

extension Double: TensorElement {
    public static var elementType: ElementType { .float64 }
    public init(fileBits: UInt64) { self.init(bitPattern: fileBits) }
    public var fileBits: UInt64 { bitPattern }
    public var float64: Double { self }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .float64(tensor) }
    public static func float64(_ tensor: Tensor<Self>) -> Tensor<Double> { tensor }
}

extension Int8: TensorElement {
    public static var elementType: ElementType { .int8 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .int8(tensor) }
}

extension Int16: TensorElement {
    public static var elementType: ElementType { .int16 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .int16(tensor) }
}

extension Int32: TensorElement {
    public static var elementType: ElementType { .int32 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .int32(tensor) }
}

extension Int64: TensorElement {
    public static var elementType: ElementType { .int64 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .int64(tensor) }
}

extension UInt8: TensorElement {
    public static var elementType: ElementType { .uint8 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .uint8(tensor) }
}

extension UInt16: TensorElement {
    public static var elementType: ElementType { .uint16 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .uint16(tensor) }
}

extension UInt32: TensorElement {
    public static var elementType: ElementType { .uint32 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .uint32(tensor) }
}

extension UInt64: TensorElement {
    public static var elementType: ElementType { .uint64 }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .uint64(tensor) }
}

/// A boolean is a byte of 0 or 1; any nonzero byte is read as true.
extension Bool: TensorElement {
    public static var elementType: ElementType { .bool }
    public init(fileBits: UInt8) { self = fileBits != 0 }
    public var fileBits: UInt8 { self ? 1 : 0 }
    public var float64: Double { self ? 1 : 0 }
    public static func elements(_ count: Int, littleEndianBytes bytes: UnsafeRawBufferPointer) -> [Bool]? {
        bytes.count == count ? bytes.map { $0 != 0 } : nil
    }
    public static func anyTensor(_ tensor: Tensor<Self>) -> AnyTensor { .bool(tensor) }
}

/// A tensor of elements from a file, with its type erased.
public protocol TypedTensor: Sendable {
    associatedtype Element: TensorElement

    var typed: Tensor<Element> { get }
}

extension Tensor: TypedTensor where Element: TensorElement {
    public var typed: Tensor<Element> { self }
}
