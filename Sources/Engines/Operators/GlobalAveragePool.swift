import NetworkGraph
import Tensors

extension GlobalAveragePool: SummingOperator {
    /// y[n, c] = the sum of the plane x[n, c], row-major, divided by its number of elements.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let count = x.shape.dimensions.dropFirst(2).reduce(1, *)
        let y = (0..<type.shape.count).map { plane in
            let sum = x.elements[plane * count..<(plane + 1) * count].reduce(A.Working(0)) { $0 + A.Working($1) }
            return A.stored(sum / A.Working(count))
        }
        return .real(Tensor(type.shape, y))
    }
}

extension GlobalAveragePool {
    /// One rounding for each addition, one for the quotient and one for the result.
    func sumLength(of inputs: [AnyTensor?]) -> Double {
        Double((inputs[0]?.shape.dimensions.dropFirst(2).reduce(1, *) ?? 0) + 2)
    }

    var sumsProducts: Bool { false }
}
