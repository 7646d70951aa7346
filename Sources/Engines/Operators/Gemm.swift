import NetworkGraph
import Tensors

extension Gemm: SummingOperator {
    /// y[i, j] = alpha * (sum of a[i, k] * b[k, j] over k, from 0) + beta * c[i, j], stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        var a = try inputs.real(0)
        let b = try inputs.real(1)
        if transposesA { a = a.transposed([1, 0]) }
        let (rows, columns, inner) = (type.shape[0], type.shape[1], a.shape[1])
        var product = SumsOfProducts(
            numbers: a.elements, origins: (0..<rows).map { $0 * inner }, pixels: [0], taps: Array(0..<inner),
            weights: b.elements[...], starts: [A.Element](repeating: 0, count: columns),
            weightSteps: transposesB ? (inner, 1) : (1, columns), packs: inputs.packs(1)
        ).sums(in: A.self, inputs.order)

        if alpha != 1 { product = product.map { A.Working(alpha) * $0 } }
        let y = Tensor(type.shape, product)
        guard let c = try inputs.optionalReal(2) else { return .real(y.map(A.stored)) }
        let (beta, scales) = (A.Working(beta), beta != 1)
        return .real(
            y.combined(with: c, to: type.shape) { product, c in
                A.stored(product + (scales ? beta * A.Working(c) : A.Working(c)))
            })
    }
}

extension Gemm {
    /// Bounded like a matrix product, with alpha and beta.
    func sumLength(of inputs: [AnyTensor?]) -> Double {
        Double((inputs[0]?.shape[transposesA ? 0 : 1] ?? 0) + 4)
    }

    var ofMagnitudes: any Operator {
        Gemm(alpha: abs(alpha), beta: abs(beta), transposesA: transposesA, transposesB: transposesB)
    }
}
