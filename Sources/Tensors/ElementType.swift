/// The element types of tensors in files.
public enum ElementType: String, Sendable, CaseIterable, Codable {
    case float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool

    /// The Swift type of such an element.
    var element: any TensorElement.Type {
        switch self {
        case .float16: Float16.self
        case .float32: Float.self
        case .float64: Double.self
        case .int8: Int8.self
        case .int16: Int16.self
        case .int32: Int32.self
        case .int64: Int64.self
        case .uint8: UInt8.self
        case .uint16: UInt16.self
        case .uint32: UInt32.self
        case .uint64: UInt64.self
        case .bool: Bool.self
        }
    }

    /// The format of the numbers, or nil for integers and booleans.
    package var floatFormat: FloatFormat? {
        switch self {
        case .float16: .binary16
        case .float32: .binary32
        case .float64: .binary64
        default: nil
        }
    }

    /// Whether the elements are integers, of any width; booleans are not.
    public var isInteger: Bool { floatFormat == nil && self != .bool }

    /// How many bytes an element takes in a file.
    public var byteCount: Int {
        func size<Element: TensorElement>(of _: Element.Type) -> Int { MemoryLayout<Element.FileBits>.size }
        return size(of: element)
    }
}
