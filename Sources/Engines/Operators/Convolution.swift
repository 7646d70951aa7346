import NetworkGraph
import Tensors

extension Convolution: SummingOperator {
    /// y[n, m, p] = bias[m] + sum of weights[m, c, k] * x[n, c, window(p, k)], over input channels c and then kernel
    /// positions k, row-major. Padding is zeros, which are part of the sum.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let weights = try inputs.real(1)
        let bias = try inputs.optionalReal(2)?.elements ?? [A.Element](repeating: 0, count: weights.shape[0])
        if let winograd = Winograd<A.Working>(inputs.order),
            let sums = try sums(
                by: winograd, of: x.map { A.Working(A.factor($0)) }, weights.map { A.Working(A.factor($0)) },
                bias: bias.map { A.Working($0) })
        {
            return .real(Tensor(type.shape, A.stored(sums)))
        }
        let axes = try axes(input: x.shape, weights: weights.shape)
        let window = WindowOffsets(axes)
        let padded = x.padded(axes, to: window.paddedExtents, with: 0)

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
                starts: Array(bias[own]), weightSteps: (taps.count, 1), packs: inputs.packs(1)
            ).sums(in: A.self, inputs.order)
        }
        guard groups > 1 else { return .real(Tensor(type.shape, A.stored(sumsByGroup[0]))) }
        // For each image, the planes of one group after those of another.
        let planes = outputs * window.positions.count
        let sums = (0..<x.shape[0]).flatMap { image in
            sumsByGroup.flatMap { $0[image * planes..<(image + 1) * planes] }
        }
        return .real(Tensor(type.shape, A.stored(sums)))
    }
}

extension Convolution {
    /// The sums by Winograd's algorithm, [images, outputs, rows, columns]; nil where that does not apply.
    private func sums<Number>(
        by winograd: Winograd<Number>, of x: Tensor<Number>, _ weights: Tensor<Number>, bias: [Number]
    ) throws(OperatorError) -> [Number]? {
        let axes = try axes(input: x.shape, weights: weights.shape)
        let window = WindowOffsets(axes)
        // The window may end before the padded plane does.
        guard groups == 1, axes.count == 2,
            axes.allSatisfy({ $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 }),
            zip(axes, window.paddedExtents).allSatisfy({ $0.outputExtent == $1 - 2 })
        else { return nil }
        return winograd.convolution(
            x.padded(axes, to: window.paddedExtents, with: 0), images: x.shape[0], channels: x.shape[1],
            rows: window.paddedExtents[0], columns: window.paddedExtents[1], kernels: weights.elements, bias: bias)
    }

    /// The bound of sums. If programs may use Winograd's algorithm, the largest of its bounds is added.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        let ofSums = try errorsOfSums(of: operands, in: bound)
        guard bound.programs == .summingOrWinograd else { return ofSums }
        let ofWinograd = try SummationOrder.allCases.compactMap { Winograd<Double>($0) }.compactMap { winograd in
            try roundings(of: operands, by: winograd, in: bound)
        }
        // The bound of the sums covers the operands' errors: both algorithms compute the same function.
        return Tensor(
            ofSums.shape,
            ofSums.elements.indices.map { place in
                ofSums.elements[place] + (ofWinograd.map { $0[place] }.max() ?? 0)
            })
    }

    /// A bound on the effect of Winograd's roundings: gamma(n) |A|^T [sum over channels of (|G| |g| |G|^T) (|B|^T |d| |B|)] |A|
    /// (Barabasz, Anderson, Soodhalter and Gregg, Error Analysis and Improving the Accuracy of Winograd Convolution for
    /// Deep Neural Networks, 2020, theorem 3); nil where it does not apply.
    private func roundings(
        of operands: BoundedOperands, by winograd: Winograd<Double>, in bound: RoundingBound
    ) throws -> [Double]? {
        guard let x = operands[0].magnitudeWithError?.float64, let weights = operands[1].magnitudeWithError?.float64
        else { return nil }
        let bias =
            operands.optional(2)?.magnitudeWithError?.float64.elements
            ?? [Double](repeating: 0, count: weights.shape[0])
        guard let magnitudes = try sums(by: winograd.ofMagnitudes, of: x, weights, bias: bias) else { return nil }
        let (n, unit) = (winograd.sumLength(channels: weights.shape[1]), bound.formats.factors.unitRoundoff)
        var gamma = bound.growth(of: n)
        if bound.formats.roundsFactors { gamma += (2 * unit + unit * unit) * (1 + gamma) }
        // Underflow in each transform, in each product, and in the sums of products.
        func largest(_ numbers: Tensor<Double>) -> Double {
            numbers.elements.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
        }
        let (lost, growth) = (bound.working.underflowUnit, winograd.growth)
        let (ofInput, ofKernel) = (n * growth.input * lost, n * growth.kernel * lost)
        let ofProduct =
            ofInput * growth.kernel * largest(weights) + ofKernel * growth.input * largest(x) + ofInput * ofKernel
            + lost
        let underflow = n * growth.output * (ofProduct * Double(weights.shape[1]) + lost)
        let share = gamma * (1 + bound.stored.unitRoundoff)
        return magnitudes.map { $0 == 0 ? underflow : $0.isFinite ? share * $0 + underflow : .infinity }
    }
}

extension Convolution {
    /// One rounding for a product, one for each addition including the bias, and one for the result.
    func sumLength(of inputs: [AnyTensor?]) -> Double {
        guard let weights = inputs[1]?.shape else { return 2 }
        return Double(weights.count / max(weights[0], 1) + 2)
    }
}
