import Tensors

/// A tensor's elements as another type (ONNX Cast).
///
/// Numbers are rounded to the type, or become integers truncated toward zero and then to the type's bits in two's
/// complement, or booleans that are true for nonzero numbers.
public struct Cast: Operator {
    /// The target type.
    public enum Target: Sendable, Equatable {
        case float(FloatFormat)
        case integer(bits: Int, isSigned: Bool)
        case boolean

        var kind: TensorType.Kind {
            switch self {
            case .float: .real
            case .integer: .integer
            case .boolean: .boolean
            }
        }
    }

    public var name: String { "Cast" }
    @usableFromInline
    package var target: Target

    public init(to target: Target) {
        self.target = target
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.requiredOfAnyKind(0, "input")
        var type = TensorType(target.kind, x.shape)
        if let known = x.integers {
            switch target {
            case .float:
                if known.count <= TensorType.mostKnown { type.numbers = known.map { Double(Float($0)) } }
            case .integer: type.integers = known.map(integer)
            case .boolean:
                if known.count <= TensorType.mostKnown { type.integers = known.map { $0 != 0 ? 1 : 0 } }
            }
        } else if let known = x.numbers {
            switch target {
            case .float: type.numbers = known
            case .integer: type.integers = known.map(integer)
            case .boolean: type.integers = known.map { $0 != 0 ? 1 : 0 }
            }
        }
        return [type]
    }

    /// A number truncated toward zero; beyond the integers, it becomes the nearest, and NaN becomes 0.
    @inlinable
    package func integer(_ number: Double) -> Int {
        integer(number.isNaN ? 0 : Int(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max))
    }

    /// An integer truncated to the target's bits.
    @inlinable
    package func integer(_ integer: Int) -> Int {
        guard case .integer(let bits, let isSigned) = target, bits < Int.bitWidth else { return integer }
        let unused = Int.bitWidth - bits
        return isSigned ? (integer << unused) >> unused : Int((UInt(bitPattern: integer) << unused) >> unused)
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
