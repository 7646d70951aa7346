import NetworkGraph
import Tensors

extension TransposedConvolution: SummingOperator {
    /// y[n, m, p] = bias[m] + sum of weights[c, m, k] * x[n, c, q] over the input channels c, then the kernel positions
    /// k whose input element q reaches p, row-major.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let weights = try inputs.real(1)
        let (channels, outputs) = (x.shape[1] / groups, weights.shape[1])
        let bias = try inputs.optionalReal(2)?.elements ?? [A.Element](repeating: 0, count: outputs * groups)
        let taps = reaches(try axes(input: x.shape, weights: weights.shape))
        let (plane, inputPlane) = (
            type.shape.dimensions.dropFirst(2).reduce(1, *), x.shape.dimensions.dropFirst(2).reduce(1, *)
        )
        var y = [A.Element]()
        y.reserveCapacity(type.shape.count)
        for image in 0..<x.shape[0] {
            for output in 0..<outputs * groups {
                var sums = [A.Sum](repeating: A.Sum(from: bias[output]), count: plane)
                let group = output / outputs
                for channel in group * channels..<(group + 1) * channels {
                    let start = (image * x.shape[1] + channel) * inputPlane
                    let kernel = (channel * outputs + output % outputs) * taps.count
                    for (tap, reach) in taps.enumerated() {
                        let weight = weights.elements[kernel + tap]
                        for (input, target) in reach { sums[target].add(weight, times: x.elements[start + input]) }
                    }
                }
                y += sums.map { A.stored($0.value) }
            }
        }
        return .real(Tensor(type.shape, y))
    }

    /// For each kernel position, row-major, the input elements through which it reaches the output, and where.
    private func reaches(_ axes: [Axis]) -> [[(input: Int, output: Int)]] {
        var taps: [[(input: Int, output: Int)]] = [[(0, 0)]]
        for axis in axes {
            let own = (0..<axis.kernel).map { tap in
                (0..<axis.inputExtent).compactMap { input -> (input: Int, output: Int)? in
                    let output = axis.outputPosition(input: input, tap: tap)
                    return (0..<axis.outputExtent).contains(output) ? (input, output) : nil
                }
            }
            taps = taps.flatMap { outer in
                own.map { reach in
                    outer.flatMap { place in
                        reach.map {
                            (place.input * axis.inputExtent + $0.input, place.output * axis.outputExtent + $0.output)
                        }
                    }
                }
            }
        }
        return taps
    }
}

extension TransposedConvolution {
    /// At most one rounding for each kernel position of each channel, and the bias.
    func sumLength(of inputs: [AnyTensor?]) -> Double {
        guard let weights = inputs[1]?.shape else { return 2 }
        return Double(weights.count / max(groups * weights[1], 1) + 2)
    }
}
