import NetworkGraph
import Tensors

extension Where: ComputableOperator {
    /// y = a where the condition holds, else b.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let condition = try inputs.boolean(0)
        func chosen<Element: Sendable>(
            _ a: Tensor<Element>, _ b: Tensor<Element>
        ) throws(OperatorError) -> Tensor<Element> {
            let pairs = a.combined(with: b, to: try .broadcast(a.shape, b.shape)) { ($0, $1) }
            return condition.combined(with: pairs, to: type.shape) { holds, pair in holds ? pair.0 : pair.1 }
        }
        switch type.kind {
        case .real: return .real(try chosen(inputs.real(1), inputs.real(2)))
        case .integer: return .integer(try chosen(inputs.integer(1), inputs.integer(2)))
        case .boolean: return .boolean(try chosen(inputs.boolean(1), inputs.boolean(2)))
        }
    }
}

extension Where {
    /// If the condition is certain, the error of the chosen element; else the distance between the two is added.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        let errors = operands.all.map { AnyTensor.float64($0.errorOrZeros) }
        let taken = try bound.exact(self, [operands.tensors[0], errors[1], errors[2]])
        let apart = try bound.exact(
            BinaryArithmetic.subtract, [operands[1].anyValues, operands[2].anyValues]
        ).map(abs)
        let both = try bound.exact(BinaryArithmetic.add, [errors[1], errors[2]])
        let uncertain = apart.zipMap(both, +)
        let doubt = AnyTensor.bool(operands[0].errorOrZeros.map { $0 > 0 })
        return try bound.exact(self, [doubt, .float64(uncertain), .float64(taken)])
    }
}
