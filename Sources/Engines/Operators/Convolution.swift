import NetworkGraph
import Tensors

extension Convolution: SummingOperator {
    /// y[n, m, p] = bias[m] + sum of weights[m, c, k] * x[n, c, window(p, k)], over input channels c and then
    /// kernel positions k, row-major. Padding is zeros, which take part in the sum.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let weights = try inputs.real(1)
        let bias = try inputs.optionalReal(2)?.elements ?? [A.Element](repeating: 0, count: weights.shape[0])
        let axes = try axes(input: x.shape, weights: weights.shape)
        let window = WindowOffsets(axes)
        let padded = x.padded(axes, to: window.paddedExtents, with: 0)

        if let winograd = Winograd<A.Working>(inputs.order), groups == 1, axes.count == 2,
            axes.allSatisfy({ $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 })
        {
            let sums = winograd.convolution(
                A.factors(padded).map { A.Working($0) }, images: x.shape[0], channels: x.shape[1],
                rows: window.paddedExtents[0], columns: window.paddedExtents[1],
                kernels: A.factors(weights.elements).map { A.Working($0) }, bias: bias.map { A.Working($0) })
            // The window may end before the padded plane does.
            let (rows, columns) = (axes[0].outputExtent, axes[1].outputExtent)
            if rows == window.paddedExtents[0] - 2, columns == window.paddedExtents[1] - 2 {
                return .real(Tensor(type.shape, A.stored(sums)))
            }
        }

        let channels = weights.shape[1]
        let outputs = weights.shape[0] / groups
        let taps = (0..<channels).flatMap { channel in window.taps.map { channel * window.planeCount + $0 } }
        let sumsByGroup = (0..<groups).map { group in
            let own = group * outputs..<(group + 1) * outputs
            return SumsOfProducts(
                numbers: padded,
                origins: (0..<x.shape[0]).map { ($0 * x.shape[1] + group * channels) * window.planeCount },
                pixels: window.positions, taps: taps,
                weights: weights.elements[own.lowerBound * taps.count..<own.upperBound * taps.count],
                starts: Array(bias[own])
            ).sums(in: A.self, inputs.order)
        }
        guard groups > 1 else { return .real(Tensor(type.shape, A.stored(sumsByGroup[0]))) }
        // Of each image, the planes of one group after those of another.
        let planes = outputs * window.positions.count
        let sums = (0..<x.shape[0]).flatMap { image in
            sumsByGroup.flatMap { $0[image * planes..<(image + 1) * planes] }
        }
        return .real(Tensor(type.shape, A.stored(sums)))
    }
}

extension Convolution {
    /// One of a product, one of each addition to it, the bias's among them, and the result's.
    func sumLength(of inputs: [AnyTensor?]) -> Double {
        guard let weights = inputs[1]?.shape else { return 2 }
        return Double(weights.count / max(weights[0], 1) + 2)
    }
}
