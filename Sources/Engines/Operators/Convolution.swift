import NetworkGraph
import Tensors

extension Convolution: ComputableOperator {
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

        let channels = weights.shape[1]
        let outputs = weights.shape[0] / groups
        let taps = (0..<channels).flatMap { channel in window.taps.map { channel * window.planeCount + $0 } }
        let positions = window.positions.count
        var y = [A.Element](repeating: 0, count: type.shape.count)
        for group in 0..<groups {
            let own = group * outputs..<(group + 1) * outputs
            // The planes of this group, of every image in the batch: one set of sums.
            let starts = (0..<x.shape[0]).map { ($0 * x.shape[1] + group * channels) * window.planeCount }
            let sums = SumsOfProducts(
                numbers: padded, pixels: starts.flatMap { start in window.positions.map { start + $0 } }, taps: taps,
                weights: weights.elements[own.lowerBound * taps.count..<own.upperBound * taps.count],
                starts: Array(bias[own]))
            y.withUnsafeMutableBufferPointer { y in
                sums.forEachSum(in: A.self) { position, channel, sum in
                    let (image, place) = position.quotientAndRemainder(dividingBy: positions)
                    let plane = image * weights.shape[0] + own.lowerBound + channel
                    y[plane * positions + place] = A.stored(sum)
                }
            }
        }
        return .real(Tensor(type.shape, y))
    }
}
