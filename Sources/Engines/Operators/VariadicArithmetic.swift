import NetworkGraph
import Tensors

extension VariadicArithmetic: ComputableOperator {
    /// y = the sum of the inputs from first to last, their mean, or the largest or smallest of them; NaN if one of them
    /// is NaN. In the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let operation: (A.Working, A.Working) -> A.Working =
            switch self {
            case .sum, .mean: (+)
            case .maximum: { $0.isNaN || $0 > $1 ? $0 : $1 }
            case .minimum: { $0.isNaN || $0 < $1 ? $0 : $1 }
            }
        let zeros = Tensor<A.Element>(type.shape, repeating: 0)
        var y = zeros.combined(with: try inputs.real(0), to: type.shape) { A.Working($1) }
        for position in inputs.values.indices.dropFirst() {
            y = y.combined(with: try inputs.real(position), to: type.shape) { operation($0, A.Working($1)) }
        }
        let count = A.Working(inputs.values.count)
        return .real(self == .mean ? y.map { A.stored($0 / count) } : y.map { A.stored($0) })
    }
}

extension VariadicArithmetic {
    /// For the inputs' sum or mean, as for any sum; for the largest or smallest, the largest of their errors.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.variadic(self, operands.all, operands.output)
    }
}

extension RoundingBound {
    fileprivate func variadic(
        _ operation: VariadicArithmetic, _ operands: [Operand], _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        guard operation == .sum || operation == .mean else {
            return try exact(VariadicArithmetic.maximum, operands.map { .float64($0.errorOrZeros) })
        }
        let own = try exact(operation, operands.map(\.magnitude))
        let whole = try exact(operation, operands.map(\.magnitudeWithError))
        let n = Double(operands.count + 1) * working.unitRoundoff
        return whole.zipMap(own) { whole, own in
            error(
                of: own, grownTo: whole, roundings: n / (1 - n) + stored.unitRoundoff,
                underflow: Double(operands.count) * working.underflowUnit + stored.underflowUnit)
        }
    }
}
