import NetworkGraph
import Tensors

extension Clip: ComputableOperator {
    /// y = min(max(x, minimum), maximum); NaN stays NaN.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let minimum = try inputs.optionalReal(1)?.elements.first
        let maximum = try inputs.optionalReal(2)?.elements.first
        return .real(
            try inputs.real(0).map { x in
                var y = x
                if let minimum, y < minimum { y = minimum }
                if let maximum, y > maximum { y = maximum }
                return y
            })
    }
}
