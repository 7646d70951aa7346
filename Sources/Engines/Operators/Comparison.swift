import NetworkGraph
import Tensors

extension Comparison: ComputableOperator {
    /// y = whether a < b (<=, >, >=); false where one of them is NaN.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let holds: (A.Element, A.Element) -> Bool =
            switch self {
            case .less: (<)
            case .lessOrEqual: (<=)
            case .greater: (>)
            case .greaterOrEqual: (>=)
            }
        return .boolean(try inputs.real(0).combined(with: inputs.real(1), to: type.shape, holds))
    }
}
