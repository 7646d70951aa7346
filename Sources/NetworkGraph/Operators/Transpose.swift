import Tensors

/// The axes in another order: axis i of the output is axis permutation[i] of the input (ONNX Transpose).
public struct Transpose: Operator {
    public var name: String { "Transpose" }
    /// nil reverses the axes.
    public var permutation: [Int]?

    public init(permutation: [Int]? = nil) {
        self.permutation = permutation
    }

    /// The permutation for an input of the given rank.
    public func permutation(rank: Int) -> [Int] { permutation ?? (0..<rank).reversed() }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        let permutation = permutation(rank: x.rank)
        guard permutation.sorted() == Array(0..<x.rank) else {
            throw OperatorError("has permutation \(permutation) for an input of rank \(x.rank)")
        }
        return [.real(Shape(permutation.map { x[$0] }))]
    }
}
