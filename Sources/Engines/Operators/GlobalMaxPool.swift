import NetworkGraph
import Tensors

extension GlobalMaxPool: MovingOperator {
    /// y[n, c] = the largest number of the plane x[n, c]; NaN if one of them is NaN.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let count = x.shape.dimensions.dropFirst(2).reduce(1, *)
        let y = (0..<type.shape.count).map { plane in
            x.elements[plane * count..<(plane + 1) * count].reduce(-A.Element.infinity) {
                $0.isNaN || $0 > $1 ? $0 : $1
            }
        }
        return .real(Tensor(type.shape, y))
    }
}
