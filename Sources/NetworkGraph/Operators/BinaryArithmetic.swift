import Tensors

/// An operation on two numbers, or two integers, element by element, with broadcasting (ONNX Add, Sub, Mul, Div, Pow,
/// Mod).
public enum BinaryArithmetic: String, Operator, CaseIterable {
    case add = "Add"
    case subtract = "Sub"
    case multiply = "Mul"
    case divide = "Div"
    case power = "Pow"
    /// The remainder with the divisor's sign,
    case modulo = "Mod"
    /// or the dividend's sign (Mod with `fmod`).
    case remainder = "Mod (fmod)"

    public var name: String { self == .remainder ? "Mod" : rawValue }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        guard case let a?? = inputs.first, a.kind == .integer else {
            let a = try inputs.required(0, "A")
            let b = self == .power ? try inputs.requiredOfAnyKind(1, "B") : try inputs.required(1, "B")
            var type = TensorType.real(try .broadcast(a.shape, b.shape))
            // As in float32, since it is shape arithmetic.
            if let operation = ofKnownNumbers, let left = a.numbers, let right = b.numbers {
                type.numbers = try Self.combined((left, a.shape), (right, b.shape), to: type.shape) {
                    Double(operation(Float($0), Float($1)))
                }
            }
            return [type]
        }
        if self == .power, inputs.count > 1, let b = inputs[1], b.kind == .real {
            throw OperatorError("raises integers to powers that are no integers")
        }
        let b = try inputs.required(1, "B", .integer)
        var type = TensorType(.integer, try .broadcast(a.shape, b.shape))
        if let left = a.integers, let right = b.integers {
            type.integers = try Self.combined((left, a.shape), (right, b.shape), to: type.shape, ofIntegers)
        }
        return [type]
    }

    private func ofIntegers(_ a: Int, _ b: Int) throws(OperatorError) -> Int {
        switch self {
        case .add: return a &+ b
        case .subtract: return a &- b
        case .multiply: return a &* b
        case .divide, .modulo, .remainder:
            guard b != 0 else { throw OperatorError("divides \(a) by 0") }
            if self == .divide { return a.dividedReportingOverflow(by: b).partialValue }
            let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
            return self == .modulo && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
        case .power:
            // A negative exponent gives 1 / a^|b|, truncated toward zero.
            guard b >= 0 else { return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0 }
            var (result, factor, rest) = (1, a, b)
            while rest > 0 {
                if rest & 1 == 1 { result &*= factor }
                factor &*= factor
                rest >>= 1
            }
            return result
        }
    }

    private var ofKnownNumbers: ((Float, Float) -> Float)? {
        switch self {
        case .add: (+)
        case .subtract: (-)
        case .multiply: (*)
        case .divide: (/)
        case .power, .modulo, .remainder: nil
        }
    }

    /// The operation's result for each pair of elements, broadcast to a common shape.
    static func combined<Element>(
        _ a: (elements: [Element], shape: Shape), _ b: (elements: [Element], shape: Shape), to shape: Shape,
        _ operation: (Element, Element) throws(OperatorError) -> Element
    ) throws(OperatorError) -> [Element] {
        func positions(_ own: Shape) -> StridedPositions {
            StridedPositions(extents: shape.dimensions, strides: own.broadcastStrides(to: shape))
        }
        var combined = [Element]()
        combined.reserveCapacity(shape.count)
        for (left, right) in zip(positions(a.shape), positions(b.shape)) {
            combined.append(try operation(a.elements[left], b.elements[right]))
        }
        return combined
    }

    /// Broadcasting aligns the last axes, so the first ones align only for equal ranks.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { Set(ranks).count == 1 }
}
