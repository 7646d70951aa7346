import NetworkGraph
import Tensors

extension Hardmax: ComputableOperator {
    /// y = 1 at the first largest number, 0 elsewhere.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (outer, summed, inner) = softmax.extents(of: x.shape)
        var y = [A.Element](repeating: 0, count: x.shape.count)
        guard !y.isEmpty else { return .real(Tensor(type.shape, y)) }
        for start in (0..<outer * inner).map({ $0 / inner * summed * inner + $0 % inner }) {
            let positions = stride(from: start, to: start + summed * inner, by: inner)
            y[positions.reduce(start) { x.elements[$1] > x.elements[$0] ? $1 : $0 }] = 1
        }
        return .real(Tensor(type.shape, y))
    }
}

extension Hardmax {
    /// If the numbers have errors, any place may hold the largest.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> {
        let isInDoubt = operands[0].error?.elements.contains { $0 > 0 } == true
        return operands.output.map { _ in isInDoubt ? 1 : 0 }
    }
}
