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
        let y = padded.withUnsafeBufferPointer { padded in
            [A.Element](unsafeUninitializedCapacity: type.shape.count) { y, count in
                for plane in 0..<x.shape[0] * x.shape[1] {
                    for position in window.positions {
                        let start = plane * window.planeCount + position
                        var largest = -A.Element.infinity
                        for tap in window.taps {
                            let element = padded[start + tap]
                            // Neither a NaN nor what is compared with one is greater: a NaN is taken, and stays.
                            if !(element <= largest) && !largest.isNaN { largest = element }
                        }
                        y.initializeElement(at: count, to: largest)
                        count += 1
                    }
                }
            }
        }
        return .real(Tensor(type.shape, y))
    }
}
