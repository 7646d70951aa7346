import NetworkGraph
import Tensors

/// An operator whose output holds the elements of its first input, in their order, under another shape.
protocol ReshapingOperator: ComputableOperator {}

extension ReshapingOperator {
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        .real(try inputs.real(0).reshaped(to: type.shape))
    }
}

extension Flatten: ReshapingOperator {}
extension Reshape: ReshapingOperator {}
extension Squeeze: ReshapingOperator {}
extension Unsqueeze: ReshapingOperator {}
