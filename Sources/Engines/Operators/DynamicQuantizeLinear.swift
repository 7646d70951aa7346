import NetworkGraph
import Tensors

extension DynamicQuantizeLinear: ComputableOperator {
    /// The integers, the scale or the zero point, from the largest and the smallest element.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let largest = x.elements.reduce(0) { max($0, $1) }
        let smallest = x.elements.reduce(0) { min($0, $1) }
        let range = A.Working(largest) - A.Working(smallest)
        let scale = A.stored(range == 0 ? 1 : range / 255)
        let zeroPoint = IntegerRange.uint8.quantized(A.quotient(-smallest, scale), zeroPoint: 0)
        switch result {
        case .scale: return .real(Tensor([], [scale]))
        case .zeroPoint: return .integer(Tensor([], [Int64(zeroPoint)]))
        case .quantized:
            return .integer(
                x.map { Int64(IntegerRange.uint8.quantized(A.quotient($0, scale), zeroPoint: zeroPoint)) })
        }
    }
}
