import Foundation
import NetworkGraph
import Tensors

extension LogSoftmax: ComputableOperator {
    /// y = (x - max) - log(sum of exp(x - max)), in the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (outer, summed, inner) = softmax.extents(of: x.shape)
        var y = x.elements
        for start in (0..<outer * inner).map({ $0 / max(inner, 1) * summed * inner + $0 % max(inner, 1) }) {
            let positions = stride(from: start, to: start + summed * inner, by: inner)
            let largest = positions.reduce(-A.Working.infinity) { A.Working.maximum($0, A.Working(x.elements[$1])) }
            let differences = positions.map { A.Working(x.elements[$0]) - largest }
            let sum = exponentials(of: differences.map { Double($0) }).reduce(A.Working(0)) { $0 + A.Working($1) }
            let logarithm = A.Working(log(Double(sum)))
            for (position, difference) in zip(positions, differences) { y[position] = A.stored(difference - logarithm) }
        }
        return .real(Tensor(type.shape, y))
    }
}
