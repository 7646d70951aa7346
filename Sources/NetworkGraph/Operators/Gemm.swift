import Tensors

/// alpha * A * B + beta * C for matrices, A and B transposed on request (ONNX Gemm).
///
/// Inputs: A [M, K] (or [K, M]), B [K, N] (or [N, K]), optional C, broadcast to [M, N].
public struct Gemm: Operator {
    public var name: String { "Gemm" }
    package var alpha: Float
    package var beta: Float
    package var transposesA: Bool
    package var transposesB: Bool

    public init(alpha: Float = 1, beta: Float = 1, transposesA: Bool = false, transposesB: Bool = false) {
        self.alpha = alpha
        self.beta = beta
        self.transposesA = transposesA
        self.transposesB = transposesB
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let a = try inputs.required(0, "A").shape
        let b = try inputs.required(1, "B").shape
        guard a.rank == 2, b.rank == 2 else { throw OperatorError("takes two matrices") }
        let (rows, inner) = transposesA ? (a[1], a[0]) : (a[0], a[1])
        let (innerB, columns) = transposesB ? (b[1], b[0]) : (b[0], b[1])
        guard inner == innerB else {
            throw OperatorError("multiplies \(rows)x\(inner) by \(innerB)x\(columns)")
        }
        let result = try Shape.checked([rows, columns])
        if let c = try inputs.optional(2, "C")?.shape, try Shape.broadcast(c, result) != result {
            throw OperatorError("cannot broadcast C \(c) to \(result)")
        }
        return [.real(result)]
    }

    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int {
        guard let a = inputs[0]?.shape else { return 0 }
        return output.shape.count.saturatingProduct(a[transposesA ? 0 : 1])
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        !transposesA && dependent.isFirstAlone
    }
}
