import NetworkGraph
import Tensors

/// An operator that keeps its first input's elements and their order, and changes the shape.
protocol ReshapingOperator: MovingOperator {}

extension ReshapingOperator {
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        switch inputs.values[0] {
        case .real(let x): return .real(x.reshaped(to: type.shape))
        case .integer(let x): return .integer(x.reshaped(to: type.shape))
        case .boolean(let x): return .boolean(x.reshaped(to: type.shape))
        case nil: throw OperatorError("has no input")
        }
    }
}

extension Flatten: ReshapingOperator {}
extension Reshape: ReshapingOperator {}
extension Squeeze: ReshapingOperator {}
extension Unsqueeze: ReshapingOperator {}
