import Foundation
import NetworkGraph
import Tensors

extension Softmax: ComputableOperator {
    /// y = e / sum of e with e = exp(x - the largest x), in the working precision, stored once.
    ///
    /// exp is that of float64 rounded to the working precision, so that float32 results do not depend on
    /// the system's library but where its float64 result is wrong in the last place and just between two
    /// float32.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (outer, summed, inner) = extents(of: x.shape)
        var y = x.elements
        for block in 0..<outer {
            for lane in 0..<inner {
                let positions = (0..<summed).map { (block * summed + $0) * inner + lane }
                let largest = positions.reduce(-A.Working.infinity) { A.Working.maximum($0, A.Working(y[$1])) }
                let powers = positions.map { A.Working(exp(Double(A.Working(y[$0]) - largest))) }
                let sum = powers.reduce(0, +)
                for (position, power) in zip(positions, powers) { y[position] = A.stored(power / sum) }
            }
        }
        return .real(Tensor(type.shape, y))
    }
}
