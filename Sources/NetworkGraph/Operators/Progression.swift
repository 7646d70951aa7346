import Tensors

/// Numbers or integers from a start up to a limit, at equal steps (ONNX Range).
///
/// Inputs: start, limit, step: scalars of one kind.
public struct Progression: Operator {
    public var name: String { "Range" }

    /// The longest progression that is known before the network runs: extents and positions are few, while a file of some
    /// bytes may ask for as many as fill the memory.
    private static let longestKnown = 1 << 20

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        guard inputs.count == 3 else { throw OperatorError("has \(inputs.count) inputs, where three are needed") }
        let types = try inputs.requiredOfOneKind(0..<3, "bound")
        guard types.allSatisfy({ $0.shape.count == 1 }) else { throw OperatorError("takes scalars") }
        if types[0].kind == .integer {
            let bounds = types.compactMap(\.integers?.first)
            guard bounds.count == 3 else { throw OperatorError("takes bounds that are not known yet") }
            let (start, limit, step) = (bounds[0], bounds[1], bounds[2])
            let (distance, overflow) = limit.subtractingReportingOverflow(start)
            guard step != 0, step > .min, !overflow else {
                throw OperatorError("goes from \(start) to \(limit) by \(step)")
            }
            let count = max(0, distance / step + (distance % step == 0 ? 0 : (distance < 0) == (step < 0) ? 1 : 0))
            let shape = try Shape.checked([count])
            let isKnown = count <= Progression.longestKnown
            return [TensorType(.integer, shape, integers: isKnown ? (0..<count).map { start + $0 * step } : nil)]
        }
        let bounds = types.compactMap(\.numbers?.first)
        guard bounds.count == 3 else { throw OperatorError("takes bounds that are not known yet") }
        let count = ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
        guard count <= Double(Shape.maximumCount) else {
            throw OperatorError("goes from \(bounds[0]) to \(bounds[1]) by \(bounds[2])")
        }
        return [.real([max(0, Int(count))])]
    }

    /// If bounds depend on the network's inputs, there is no batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
