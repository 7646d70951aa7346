import NetworkGraph
import Tensors

extension Clip: ComputableOperator {
    /// y = min(max(x, minimum), maximum); NaN stays NaN. A limit that is not given is the last finite number of the
    /// element type; to float64, which stands for float32 as the exact one, infinities alone lie beyond that. Integers
    /// are limited with the types.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let minimum = try inputs.optionalReal(1)?.elements.first
        let maximum = try inputs.optionalReal(2)?.elements.first
        let last = A.Element(min(A.formats.stored.largest, FloatFormat.binary32.largest))
        return .real(
            try inputs.real(0).map { x in
                var y = x
                if let minimum { if y < minimum { y = minimum } } else if y == -.infinity { y = -last }
                if let maximum { if y > maximum { y = maximum } } else if y == .infinity { y = last }
                return y
            })
    }
}

extension Clip {
    /// What comes out is the number or a limit.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> {
        let limits = operands.all.dropFirst().flatMap { $0.error?.elements ?? [] }
        return bound.propagated(operands[0], times: 1).map { max($0, limits.max() ?? 0) }
    }
}
