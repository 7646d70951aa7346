import NetworkGraph
import Tensors

extension MatMul: SummingOperator {
    /// y[..., i, j] = sum of a[..., i, k] * b[..., k, j] over k, from 0.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let (a, b) = (try inputs.real(0), try inputs.real(1))
        let (left, right) = MatMul.matrices(a.shape, b.shape)
        let (rows, inner, columns) = (left[left.rank - 2], left[left.rank - 1], right[right.rank - 1])
        let stacks = try Shape.broadcast(Shape(left.dimensions.dropLast(2)), Shape(right.dimensions.dropLast(2)))
        let leftStacks = StridedPositions(of: Shape(left.dimensions.dropLast(2)), in: stacks)
        let rightStacks = StridedPositions(of: Shape(right.dimensions.dropLast(2)), in: stacks)

        var sums = [A.Working]()
        for (leftStack, rightStack) in zip(leftStacks, rightStacks) {
            let start = leftStack * rows * inner
            let own = rightStack * inner * columns..<(rightStack + 1) * inner * columns
            sums += SumsOfProducts(
                numbers: a.elements, origins: (0..<rows).map { start + $0 * inner }, pixels: [0],
                taps: Array(0..<inner), weights: b.elements[own],
                starts: [A.Element](repeating: 0, count: columns), weightSteps: (1, columns),
                packs: inputs.packs(1)
            ).sums(in: A.self, inputs.order)
        }
        return .real(Tensor(type.shape, A.stored(sums)))
    }
}

extension MatMul {
    /// One rounding for each product, and one for the result.
    func sumLength(of inputs: [AnyTensor?]) -> Double {
        Double(inputs[0]?.shape.dimensions.last ?? 1) + 1
    }
}
