import NetworkGraph
import Tensors

extension Comparison: ComputableOperator {
    /// y = whether a < b (<=, >, >=, =); false if one of them is NaN.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        switch inputs.values[0] {
        case .integer(let a): .boolean(a.combined(with: try inputs.integer(1), to: type.shape, holds))
        case .boolean(let a): .boolean(a.combined(with: try inputs.boolean(1), to: type.shape) { $0 == $1 })
        default: .boolean(try inputs.real(0).combined(with: inputs.real(1), to: type.shape, holds))
        }
    }
}

extension Comparison {
    /// If both sides lie within their errors, the comparison may go either way: the bound is 1 there, else 0.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        let distance = try bound.exact(BinaryArithmetic.subtract, operands.all.map(\.anyValues)).map(abs)
        let error = try bound.exact(BinaryArithmetic.add, operands.all.map { .float64($0.errorOrZeros) })
        return distance.zipMap(error) { distance, error in error > 0 && distance <= error ? 1 : 0 }
    }
}
