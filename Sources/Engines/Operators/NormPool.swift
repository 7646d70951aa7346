import Foundation
import NetworkGraph
import Tensors

extension NormPool: ComputableOperator {
    /// y[n, c, i] = (sum of |x[n, c, window(i, k)]|^p over the kernel positions k)^(1/p): powers by repeated products and
    /// sums in the working precision, roots beyond the square root in float64; stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let axes = try window.axes(over: Array(x.shape.dimensions.dropFirst(2)))
        let window = WindowOffsets(axes)
        let padded = x.padded(axes, to: window.paddedExtents, with: 0)
        var y = [A.Element]()
        y.reserveCapacity(type.shape.count)
        for plane in 0..<x.shape[0] * x.shape[1] {
            for position in window.positions {
                let start = plane * window.planeCount + position
                let sum = window.taps.reduce(A.Working(0)) { sum, tap in
                    let number = abs(A.Working(padded[start + tap]))
                    return sum + (1..<power).reduce(number) { product, _ in product * number }
                }
                y.append(A.stored(root(of: sum)))
            }
        }
        return .real(Tensor(type.shape, y))
    }

    private func root<Number: BinaryFloatingPoint>(of sum: Number) -> Number {
        switch power {
        case 1: sum
        case 2: sum.squareRoot()
        default: Number(pow(Double(sum), 1 / Double(power)))
        }
    }

    /// The bound of the sum, step by step, and of its root.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        guard let x = operands[0].values else { return operands.noErrors }
        let axes = try window.axes(over: Array(x.shape.dimensions.dropFirst(2)))
        let window = WindowOffsets(axes)
        let values = x.padded(axes, to: window.paddedExtents, with: 0)
        let errors = operands[0].errorOrZeros.padded(axes, to: window.paddedExtents, with: 0)
        let bounds = (0..<x.shape[0] * x.shape[1]).flatMap { plane in
            window.positions.map { position in
                let terms = window.taps.map { tap in
                    let place = plane * window.planeCount + position + tap
                    let number = BoundedNumber(value: abs(values[place]), error: errors[place])
                    return (1..<power).reduce(number) { product, _ in bound.product(product, number) }
                }
                let sum = bound.sum(terms)
                // Where a root's argument could be negative, it is 0.
                let root = sum.mapped { self.root(of: max($0, 0)) }
                return bound.stored(power == 1 ? sum : bound.rounded(root))
            }
        }
        return Tensor(operands.output.shape, bounds)
    }
}
