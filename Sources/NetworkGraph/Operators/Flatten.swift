import Tensors

/// The axes before `axis` joined into one, and those from it on into another (ONNX Flatten).
public struct Flatten: Operator {
    public var name: String { "Flatten" }
    public var axis: Int

    public init(axis: Int = 1) {
        self.axis = axis
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        let split = axis < 0 ? axis + x.rank : axis
        guard (0...x.rank).contains(split) else {
            throw OperatorError("has axis \(axis) for an input of rank \(x.rank)")
        }
        return [.real(Shape([x.dimensions[..<split].reduce(1, *), x.dimensions[split...].reduce(1, *)]))]
    }
}
