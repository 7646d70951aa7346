import Tensors

/// An operator whose results are elements of its first operand: errors move with the elements.
protocol MovingOperator: ComputableOperator {}

extension MovingOperator {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.movedErrors(self, operands, moved: [0])
    }
}
