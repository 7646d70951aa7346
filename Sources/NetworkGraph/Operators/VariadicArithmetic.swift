import Tensors

/// An operation on one or more numbers, element by element, with broadcasting (ONNX Sum, Mean, Max, Min).
public enum VariadicArithmetic: String, Operator, CaseIterable {
    case sum = "Sum"
    case mean = "Mean"
    case maximum = "Max"
    case minimum = "Min"

    public var name: String { rawValue }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        guard !inputs.isEmpty else { throw OperatorError("has no inputs") }
        let types = try inputs.requiredOfOneKind(inputs.indices, "input")
        guard types[0].kind == .real || types[0].kind == .integer && (self == .maximum || self == .minimum) else {
            throw OperatorError("takes numbers, not a \(types[0].kind.rawValue) input")
        }
        var shape = types[0].shape
        for type in types.dropFirst() { shape = try .broadcast(shape, type.shape) }
        var result = TensorType(types[0].kind, shape)
        if types[0].kind == .integer { result.integers = try combinedIntegers(types, to: shape) }
        return [result]
    }

    private func combinedIntegers(_ types: [TensorType], to shape: Shape) throws(OperatorError) -> [Int]? {
        var combined = [Int](repeating: self == .maximum ? .min : .max, count: shape.count)
        for type in types {
            guard let integers = type.integers else { return nil }
            combined = try BinaryArithmetic.combined((combined, shape), (integers, type.shape), to: shape) {
                self == .maximum ? max($0, $1) : min($0, $1)
            }
        }
        return combined
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { Set(ranks).count == 1 }
}
