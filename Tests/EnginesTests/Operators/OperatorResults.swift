import Engines
import NetworkGraph
import TestSupport
import Tensors

/// A tensor of the numbers of a list, row-major.
func tensor(_ shape: Shape, _ numbers: [Float]) -> AnyTensor { .float32(Tensor(shape, numbers)) }

/// A vector.
func vector(_ numbers: Float...) -> AnyTensor { tensor([numbers.count], numbers) }

/// Random integers from -3 to 3 as numbers: sums of a few hundred of their products are exact in every arithmetic,
/// float16 too, so that all arithmetics must give the same.
func smallIntegers(_ shape: Shape, seed: UInt64 = 1) -> Tensor<Float> {
    var random = RandomNumbers(seed: seed)
    return Tensor(shape, (0..<shape.count).map { _ in Float(Int.random(in: -3...3, using: &random)) })
}

/// What an operator gives, as numbers.
func numbers(
    _ operation: any Operator, _ inputs: [AnyTensor?], in arithmetic: ArithmeticName = .fp32
) throws -> Tensor<Double> {
    try arithmetic.apply(operation, to: inputs).float64
}

/// A tensor from a formula for each element.
func tabulated(_ shape: Shape, _ formula: ([Int]) -> Double) -> Tensor<Double> {
    Tensor(shape, (0..<shape.count).map { formula(shape.index(at: $0)) })
}

extension Tensor {
    /// The element at an index.
    subscript(index: Int...) -> Element { elements[zip(index, shape.strides).reduce(0) { $0 + $1.0 * $1.1 }] }
}
