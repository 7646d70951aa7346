import Foundation
import NetworkGraph
import Tensors

extension Reduction: ComputableOperator {
    /// y = the sum of x along the axes, row-major, and its kin, in the working precision, stored once. Exponentials and
    /// logarithms are those of float64.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let axes = try axes(of: inputs.values.map { $0?.type })
        let places = Array(targets(of: x.shape, axes: axes))
        func reduced(
            from start: A.Working, _ combine: (A.Working, A.Working) -> A.Working
        ) -> [A.Working] {
            var results = [A.Working](repeating: start, count: type.shape.count)
            for (place, number) in zip(places, x.elements) {
                results[place] = combine(results[place], A.Working(number))
            }
            return results
        }
        let count = axes.reduce(1) { $0 * x.shape[$1] }
        let largest: (A.Working, A.Working) -> A.Working = { $0.isNaN || $0 > $1 ? $0 : $1 }
        let y: [A.Working]
        switch function {
        case .sum: y = reduced(from: 0, +)
        case .mean: y = reduced(from: 0, +).map { $0 / A.Working(count) }
        case .maximum: y = reduced(from: -.infinity, largest)
        case .minimum: y = reduced(from: .infinity) { $0.isNaN || $0 < $1 ? $0 : $1 }
        case .product: y = reduced(from: 1, *)
        case .l1: y = reduced(from: 0) { $0 + abs($1) }
        case .l2: y = reduced(from: 0) { $0 + $1 * $1 }.map { $0.squareRoot() }
        case .sumOfSquares: y = reduced(from: 0) { $0 + $1 * $1 }
        case .logarithmOfSum: y = reduced(from: 0, +).map { A.Working(log(Double($0))) }
        case .logarithmOfSumOfExponentials:
            let largest = reduced(from: -.infinity, largest).map { $0.isFinite ? $0 : 0 }
            let powers = exponentials(of: zip(places, x.elements).map { Double(A.Working($1) - largest[$0]) })
            var sums = [A.Working](repeating: 0, count: largest.count)
            for (place, power) in zip(places, powers) { sums[place] += A.Working(power) }
            y = zip(sums, largest).map { A.Working(log(Double($0))) + $1 }
        }
        return .real(Tensor(type.shape, y.map { A.stored($0) }))
    }
}
