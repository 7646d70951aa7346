import NetworkGraph
import Tensors

extension AveragePool: SummingOperator {
    /// y[n, c, p] = the sum of x[n, c, window(p, k)] over the kernel positions k inside the input, divided by their
    /// number or, if padding counts, by the number inside the padded input.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let axes = try window.axes(over: Array(x.shape.dimensions.dropFirst(2)))
        let window = WindowOffsets(axes)
        let padded = x.padded(axes, to: window.paddedExtents, with: 0)
        let counts = elementsUnderWindow(axes)
        var y = [A.Element]()
        y.reserveCapacity(type.shape.count)
        for plane in 0..<x.shape[0] * x.shape[1] {
            for (position, count) in zip(window.positions, counts) {
                let start = plane * window.planeCount + position
                let sum = window.taps.reduce(A.Working(0)) { $0 + A.Working(padded[start + $1]) }
                y.append(A.stored(sum / A.Working(count)))
            }
        }
        return .real(Tensor(type.shape, y))
    }

    /// How many elements each output position averages.
    func elementsUnderWindow(_ axes: [SlidingWindow.Axis]) -> [Int] {
        let perAxis = axes.map { axis in
            let counted =
                countsPadding
                ? -axis.paddingBefore..<axis.inputExtent + axis.paddingAfter : 0..<axis.inputExtent
            return (0..<axis.outputExtent).map { output in
                (0..<axis.kernel).count { counted.contains(axis.inputPosition(output: output, tap: $0)) }
            }
        }
        return perAxis.reduce([1]) { product, axis in product.flatMap { outer in axis.map { outer * $0 } } }
    }
}

extension AveragePool {
    /// One rounding for each addition, one for the quotient and one for the result.
    func sumLength(of inputs: [AnyTensor?]) -> Double {
        Double(window.kernel.reduce(1, *) + 2)
    }

    var sumsProducts: Bool { false }
}
