import NetworkGraph
import Tensors

extension Softmax: ComputableOperator {
    /// y = e / sum of e with e = exp(x - the largest x), in the working precision, stored once.
    ///
    /// exp is that of float64, see ``exponentials(of:level:)``, rounded to the working precision.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (outer, summed, inner) = extents(of: x.shape)
        /// Where the numbers of each sum begin; they are `inner` apart.
        let starts = (0..<outer * inner).map { $0 / inner * summed * inner + $0 % inner }
        func positions(from start: Int) -> StrideTo<Int> {
            stride(from: start, to: start + summed * inner, by: inner)
        }
        var differences = x.elements.map { Double($0) }
        for start in starts {
            let largest = positions(from: start).reduce(-A.Working.infinity) {
                A.Working.maximum($0, A.Working(x.elements[$1]))
            }
            for position in positions(from: start) {
                differences[position] = Double(A.Working(x.elements[position]) - largest)
            }
        }
        let powers = exponentials(of: differences).map { A.Working($0) }
        var y = x.elements
        for start in starts {
            let sum = positions(from: start).reduce(0) { $0 + powers[$1] }
            for position in positions(from: start) { y[position] = A.stored(powers[position] / sum) }
        }
        return .real(Tensor(type.shape, y))
    }
}
