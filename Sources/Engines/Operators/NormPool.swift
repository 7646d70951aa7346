import NetworkGraph
import Tensors

extension NormPool: ComputableOperator {
    /// y[n, c, p] = sqrt(sum of x[n, c, window(p, k)]^2 over the kernel positions k), or the sum of |x|, in the working
    /// precision, stored once.
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
                    let number = A.Working(padded[start + tap])
                    return sum + (isOfMagnitudes ? abs(number) : number * number)
                }
                y.append(A.stored(isOfMagnitudes ? sum : sum.squareRoot()))
            }
        }
        return .real(Tensor(type.shape, y))
    }

    /// Of the sum, step by step, and its root.
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
                    return isOfMagnitudes ? number : bound.product(number, number)
                }
                let sum = bound.sum(terms)
                // A root that would be taken of less than 0 is taken of 0.
                let root = sum.mapped { max($0, 0).squareRoot() }
                return bound.stored(isOfMagnitudes ? sum : bound.rounded(root))
            }
        }
        return Tensor(operands.output.shape, bounds)
    }
}
