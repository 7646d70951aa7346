import NetworkGraph
import Tensors

extension MaxPool: ComputableOperator {
    /// y[n, c, p] = the largest of x[n, c, window(p, k)] over the kernel positions k inside the input; NaN if
    /// one of them is.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let axes = try window.axes(over: Array(x.shape.dimensions.dropFirst(2)))
        let window = WindowOffsets(axes)
        let padded = x.padded(axes, to: window.paddedExtents, with: -.infinity)
        var y = [A.Element]()
        y.reserveCapacity(type.shape.count)
        for plane in 0..<x.shape[0] * x.shape[1] {
            for position in window.positions {
                let start = plane * window.planeCount + position
                var largest = -A.Element.infinity
                for tap in window.taps {
                    let element = padded[start + tap]
                    if element > largest || element.isNaN { largest = element }
                    if largest.isNaN { break }
                }
                y.append(largest)
            }
        }
        return .real(Tensor(type.shape, y))
    }
}
