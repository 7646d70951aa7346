import NetworkGraph
import Tensors

extension Cast: ComputableOperator {
    /// y = x rounded to the target's format and stored; truncated to an integer; or whether it is not 0.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x: Tensor<Double>
        switch inputs.values[0] {
        case .real(let values): x = values.map { Double($0) }
        case .integer(let values): x = values.map { Double($0) }
        case .boolean(let values): x = values.map { $0 ? 1 : 0 }
        case nil: throw OperatorError("has no input")
        }
        switch target {
        case .float(let format): return .real(x.map { A.element(format.rounded($0)) })
        case .integer: return .integer(x.map { Int64(integer($0)) })
        case .boolean: return .boolean(x.map { $0 != 0 })
        }
    }
}

extension Cast {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        bound.castErrors(self, operands[0], operands.output)
    }
}

extension RoundingBound {
    /// Rounding to the target's format, or the integers that a number within its error may be truncated to.
    fileprivate func castErrors(_ cast: Cast, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        switch cast.target {
        case .float(let format):
            return x.zipMap(operand.errorOrZeros) { x, error in
                let isCoarser = format.isFiner(than: stored)
                let moved = BoundedNumber(value: format.rounded(x), error: 0)
                guard moved.value.isFinite else { return 0 }
                // Two programs may round it to different sides.
                let rounding = error > 0 ? format.unitRoundoff * (abs(x) + error) * 2 + 2 * format.underflowUnit : 0
                let own = isCoarser ? stored.unitRoundoff * abs(x) + stored.underflowUnit : 0
                return error + rounding + own
            }
        case .integer:
            return x.zipMap(operand.errorOrZeros) { x, error in
                BoundedNumber(value: x, error: error).mapped { Double(cast.integer($0)) }.error
            }
        case .boolean:
            return x.zipMap(operand.errorOrZeros) { x, error in error > 0 && abs(x) <= error ? 1 : 0 }
        }
    }
}
