import NetworkGraph
import Tensors

extension Transpose: ComputableOperator {
    /// y[i...] = x[j...] with j[permutation[axis]] = i[axis].
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        return .real(x.transposed(permutation(rank: x.shape.rank)))
    }
}

extension Tensor {
    /// The tensor with its axes in another order: axis i of the result is axis permutation[i] of this one.
    func transposed(_ permutation: [Int]) -> Tensor {
        let strides = shape.strides
        let extents = permutation.map { shape[$0] }
        let positions = BroadcastPositions(extents: extents, strides: permutation.map { strides[$0] })
        return Tensor(Shape(extents), positions.map { elements[$0] })
    }
}
