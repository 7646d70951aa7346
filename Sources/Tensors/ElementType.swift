/// The types of element that a file's tensor may have.
public enum ElementType: String, Sendable, CaseIterable, Codable {
    case float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool

    /// The type that holds such an element.
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
    public var floatFormat: FloatFormat? {
        switch self {
        case .float16: .binary16
        case .float32: .binary32
        case .float64: .binary64
        default: nil
        }
    }

    /// Whether the elements are integers, of any width; booleans are none.
    public var isInteger: Bool { floatFormat == nil && self != .bool }

    /// How many bytes an element takes in a file.
    public var byteCount: Int {
        func size<Element: TensorElement>(of _: Element.Type) -> Int { MemoryLayout<Element.FileBits>.size }
        return size(of: element)
    }
}

/// An IEEE 754 binary interchange format.
public enum FloatFormat: Int, Sendable, Comparable {
    case binary16 = 16
    case binary32 = 32
    case binary64 = 64

    public static func < (left: FloatFormat, right: FloatFormat) -> Bool { left.rawValue < right.rawValue }

    /// Half the distance from 1 to the next number: the largest relative error of one rounding
    /// to nearest (u in Higham, Accuracy and Stability of Numerical Algorithms, section 2.2).
    public var unitRoundoff: Double {
        switch self {
        case .binary16: 0x1p-11
        case .binary32: 0x1p-24
        case .binary64: 0x1p-53
        }
    }

    /// Half the smallest positive number: the largest error of one rounding among the subnormals.
    public var underflowUnit: Double {
        switch self {
        case .binary16: 0x1p-25
        case .binary32: 0x1p-150
        case .binary64: 0  // 2^-1075 is no float64
        }
    }

    /// The smallest positive number with all its bits.
    public var smallestNormal: Double {
        switch self {
        case .binary16: 0x1p-14
        case .binary32: 0x1p-126
        case .binary64: 0x1p-1022
        }
    }

    /// A number rounded to nearest in this format, ties to even.
    public func rounded(_ number: Double) -> Double {
        switch self {
        case .binary16: Double(Float16(number))
        case .binary32: Double(Float(number))
        case .binary64: number
        }
    }
}
