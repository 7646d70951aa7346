import Tensors

/// A comparison of two numbers or integers, element by element, with broadcasting (ONNX Less and similar).
public enum Comparison: String, Operator, CaseIterable {
    case less = "Less"
    case lessOrEqual = "LessOrEqual"
    case greater = "Greater"
    case greaterOrEqual = "GreaterOrEqual"
    /// For booleans, too.
    case equal = "Equal"

    public var name: String { rawValue }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        guard inputs.count == 2 else { throw OperatorError("has \(inputs.count) inputs, where two are needed") }
        let sides = try inputs.requiredOfOneKind(0..<2, "side")
        guard sides[0].kind != .boolean || self == .equal else { throw OperatorError("takes no booleans") }
        var type = TensorType(.boolean, try .broadcast(sides[0].shape, sides[1].shape))
        if let a = sides[0].integers, let b = sides[1].integers {
            type.integers = try BinaryArithmetic.combined((a, sides[0].shape), (b, sides[1].shape), to: type.shape) {
                holds($0, $1) ? 1 : 0
            }
        }
        return [type]
    }

    /// Whether it holds for two elements.
    @inlinable
    package func holds<Element: Comparable>(_ a: Element, _ b: Element) -> Bool {
        switch self {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        case .equal: a == b
        }
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { Set(ranks).count == 1 }
}
