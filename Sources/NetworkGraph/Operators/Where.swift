import Tensors

/// The element of one tensor if a condition holds, else that of another, with broadcasting (ONNX Where).
///
/// Inputs: the condition, and two tensors of one kind.
public struct Where: Operator {
    public var name: String { "Where" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let condition = try inputs.required(0, "condition", .boolean)
        guard inputs.count == 3 else { throw OperatorError("has \(inputs.count) inputs, where three are needed") }
        let sides = try inputs.requiredOfOneKind(1..<3, "side")
        var type = TensorType(
            sides[0].kind, try .broadcast(condition.shape, .broadcast(sides[0].shape, sides[1].shape)))
        if let conditions = condition.integers, let a = sides[0].integers, let b = sides[1].integers {
            func positions(_ own: Shape) -> StridedPositions {
                StridedPositions(extents: type.shape.dimensions, strides: own.broadcastStrides(to: type.shape))
            }
            let pairs = zip(positions(sides[0].shape), positions(sides[1].shape))
            type.integers = zip(positions(condition.shape), pairs).map { condition, pair in
                conditions[condition] != 0 ? a[pair.0] : b[pair.1]
            }
        }
        return [type]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { Set(ranks).count == 1 }
}
