import NetworkGraph
import Tensors

extension Clip: ComputableOperator {
    /// y = min(max(x, minimum), maximum); NaN stays NaN. A missing limit is the last finite number of the element type;
    /// in float64, which represents exact float32, only infinities exceed it. Integers are limited during type
    /// inference.
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
    /// The result is the number or a limit.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> {
        let limits = operands.all.dropFirst().flatMap { $0.error?.elements ?? [] }
        return bound.propagated(operands[0], times: 1).map { max($0, limits.max() ?? 0) }
    }
}
