/// The kinds of number that a file's tensor may hold.
public enum ElementType: String, Sendable, CaseIterable, Codable {
    case float16, float32, float64, int64, bool

    /// The format of the numbers, or nil for integers and booleans.
    public var floatFormat: FloatFormat? {
        switch self {
        case .float16: .binary16
        case .float32: .binary32
        case .float64: .binary64
        case .int64, .bool: nil
        }
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
