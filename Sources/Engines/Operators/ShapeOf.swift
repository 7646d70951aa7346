import NetworkGraph
import Tensors

/// An operator whose results are integers found by type inference, so that nothing is left to compute.
protocol TypeDeterminedOperator: ComputableOperator {}

extension TypeDeterminedOperator {
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        throw OperatorError("takes a tensor whose shape is not known")
    }

    func errors(of operands: BoundedOperands, in bound: RoundingBound) -> Tensor<Double> { operands.noErrors }
}

extension ShapeOf: TypeDeterminedOperator {}
extension SizeOf: TypeDeterminedOperator {}
