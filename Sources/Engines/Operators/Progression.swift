import NetworkGraph
import Tensors

extension Progression: ComputableOperator {
    /// y[i] = start + i * step, in the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let (start, step) = (try inputs.real(0).elements[0], try inputs.real(2).elements[0])
        let y = (0..<type.shape.count).map { A.stored(A.Working(start) + A.Working($0) * A.Working(step)) }
        return .real(Tensor(type.shape, y))
    }
}
