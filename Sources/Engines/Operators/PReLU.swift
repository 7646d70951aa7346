import NetworkGraph
import Tensors

extension PReLU: ComputableOperator {
    /// y = x where x >= 0, else slope * x.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let slope = try inputs.real(1)
        let broadcast = slope.reshaped(to: broadcastShape(ofSlope: slope.shape, for: x.shape))
        return .real(
            x.combined(with: broadcast, to: type.shape) { x, slope in
                x >= 0 ? x : A.stored(A.Working(slope) * A.Working(x))
            })
    }
}
