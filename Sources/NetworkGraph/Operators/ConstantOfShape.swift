import Tensors

/// A tensor of a given shape whose elements are all the same (ONNX ConstantOfShape).
///
/// Input: the shape as integers.
public struct ConstantOfShape: Operator {
    public var name: String { "ConstantOfShape" }
    /// A tensor with one element.
    package var value: AnyTensor

    public init(value: AnyTensor = .float32(Tensor([1], [0]))) {
        self.value = value
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        guard let extents = try inputs.knownIntegers(0, "shape") else { throw OperatorError("has no shape (input 0)") }
        let element = TensorType(of: value)
        guard element.shape.count == 1 else { throw OperatorError("has a value \(element.shape) of several elements") }
        let shape = try Shape.checked(extents)
        func repeated<Element>(_ known: [Element]?, most: Int) -> [Element]? {
            shape.count > most ? nil : known.map { [Element](repeating: $0[0], count: shape.count) }
        }
        return [
            TensorType(
                element.kind, shape, integers: repeated(element.integers, most: element.kind == .integer ? .max : 64),
                numbers: repeated(element.numbers, most: TensorType.mostKnown))
        ]
    }

    /// If the shape depends on the network's inputs, there is no batch.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
}
