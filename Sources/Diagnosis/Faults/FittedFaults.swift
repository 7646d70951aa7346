import NetworkGraph
import Tensors

/// Faults derived from a layer's result for known operands: channels in any order, a flipped bit of a weight.
enum FittedFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard let sum = WeightedSum(site), let recorded = site.recorded, recorded.shape == site.output.shape else {
            return []
        }
        return channels(site, sum, recorded) + bits(site, sum, recorded)
    }

    // MARK: Channels

    private static func channels(_ site: Site, _ sum: WeightedSum, _ recorded: AnyTensor) -> [Hypothesis] {
        let axis = sum.resultAxis
        let given = parts(recorded, axis)
        let right = parts(site.output, axis)
        var found = [Hypothesis]()
        if let order = order(of: given, among: right) {
            found.append(
                site.hypothesis(
                    .channelOrder, "output-fitted", "its output channels are in another order: \(shortened(order))",
                    Alteration(result: { computed, _ in computed.fitting(order, along: axis) })))
        }
        // Only the weights in another order, with the bias unchanged.
        if let bias = BiasFaults.bias(site), let values = site.constant(bias)?.float64.elements,
            values.count == right.count
        {
            let shift = { (parts: [[Double]]) in zip(parts, values).map { part, bias in part.map { $0 - bias } } }
            if let order = order(of: shift(given), among: shift(right)) {
                found.append(
                    site.hypothesis(
                        .channelOrder, "output-weights-fitted",
                        "the weights' output channels are in another order, the bias is not: \(shortened(order))",
                        Alteration(operands: [sum.position: { $0.fitting(order, along: sum.outputAxis) }])))
            }
        }
        return found
    }

    private static func parts(_ tensor: AnyTensor, _ axis: Int) -> [[Double]] {
        (0..<tensor.shape[axis]).map { tensor.taking([$0], along: axis).float64.elements }
    }

    /// For each given part, the correct part that it equals; nil unless that is another order.
    private static func order(of given: [[Double]], among right: [[Double]]) -> [Int]? {
        var order = [Int]()
        for part in given {
            let distances = right.map { other in zip(part, other).reduce(0) { $0 + abs($1.0 - $1.1) } }
            guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }) else { return nil }
            order.append(nearest)
        }
        return Set(order).count == order.count && order != Array(order.indices) ? order : nil
    }

    private static func shortened(_ order: [Int]) -> String {
        order.prefix(8).map(String.init).joined(separator: ", ") + (order.count > 8 ? ", ..." : "")
    }

    // MARK: Bits

    private static func bits(_ site: Site, _ sum: WeightedSum, _ recorded: AnyTensor) -> [Hypothesis] {
        let (given, right) = (recorded.float64.elements, site.output.float64.elements)
        let inner = site.output.shape.strides[sum.resultAxis]
        let count = site.output.shape[sum.resultAxis]
        var errors = [Double](repeating: 0, count: count)
        for position in given.indices {
            let error = abs(given[position] - right[position])
            errors[position / inner % count] = max(errors[position / inner % count], error.isFinite ? error : .infinity)
        }
        // A single channel whose error is far beyond the others'.
        guard let channel = errors.indices.max(by: { errors[$0] < errors[$1] }), errors[channel].isFinite,
            errors.enumerated().allSatisfy({ $0.offset == channel || $0.element * 16 <= errors[channel] })
        else { return [] }
        let wrong = given.indices.filter { $0 / inner % count == channel }
        guard let worst = wrong.max(by: { abs(given[$0] - right[$0]) < abs(given[$1] - right[$1]) }) else { return [] }
        let difference = given[worst] - right[worst]
        let weights = sum.weights.float64.elements
        return factors(site, sum, at: worst, channel: channel).flatMap { position, factor in
            flips(of: Float(weights[position]), by: difference, over: factor).map { bit, flipped in
                site.hypothesis(
                    .flippedBit, "weight-\(position)-\(bit)",
                    "bit \(bit) of the weight at \(sum.weights.shape.index(at: position)) is flipped: \(flipped) in "
                        + "place of \(Float(weights[position]))",
                    Alteration(operands: [sum.position: { $0.replacing(position, by: flipped) }]))
            }
        } + biasFlips(site, sum, channel, difference)
    }

    private static func biasFlips(
        _ site: Site, _ sum: WeightedSum, _ channel: Int, _ difference: Double
    ) -> [Hypothesis] {
        guard let bias = BiasFaults.bias(site), let values = site.constant(bias)?.float64.elements,
            values.indices.contains(channel)
        else { return [] }
        return flips(of: Float(values[channel]), by: difference, over: 1).map { bit, flipped in
            site.hypothesis(
                .flippedBit, "bias-\(channel)-\(bit)",
                "bit \(bit) of the bias of channel \(channel) is flipped: \(flipped) in place of "
                    + "\(Float(values[channel]))",
                Alteration(operands: [bias: { $0.replacing(channel, by: flipped) }]))
        }
    }

    /// The bits whose flip changes a sum by about `difference`, given the weight's factor.
    private static func flips(of weight: Float, by difference: Double, over factor: Double) -> [(Int, Float)] {
        guard factor != 0 else { return [] }
        return (0..<32).compactMap { bit in
            let flipped = Float(bitPattern: weight.bitPattern ^ (1 << UInt32(bit)))
            let change = (Double(flipped) - Double(weight)) * factor
            return flipped.isFinite && abs(change - difference) <= 0.01 * abs(difference) ? (bit, flipped) : nil
        }
    }

    /// The positions of a channel's weights, each with its factor in one element of the result.
    private static func factors(
        _ site: Site, _ sum: WeightedSum, at position: Int, channel: Int
    ) -> [(position: Int, factor: Double)] {
        guard let input = site.operands[0] else { return [] }
        let x = input.float64.elements
        let index = site.output.shape.index(at: position)
        let (shape, strides) = (sum.weights.shape, sum.weights.shape.strides)
        if shape.rank == 2 {
            let rows = index.dropLast().reduce(0) { $0 * max(site.output.shape[1], 1) + $1 }
            let row = site.output.shape.rank == 2 ? index[0] : rows
            let inputs = shape[sum.inputAxis]
            guard (row + 1) * inputs <= x.count else { return [] }
            return (0..<inputs).map { part in
                (channel * strides[sum.outputAxis] + part * strides[sum.inputAxis], x[row * inputs + part])
            }
        }
        guard let convolution = site.node.operator as? Convolution, convolution.groups == 1, shape.rank == 4,
            let axes = try? convolution.axes(input: input.shape, weights: shape)
        else { return [] }
        let inputStrides = input.shape.strides
        var factors = [(position: Int, factor: Double)]()
        for part in 0..<shape[1] {
            for row in 0..<shape[2] {
                for column in 0..<shape[3] {
                    let y = axes[0].inputPosition(output: index[2], tap: row)
                    let z = axes[1].inputPosition(output: index[3], tap: column)
                    guard (0..<input.shape[2]).contains(y), (0..<input.shape[3]).contains(z) else { continue }
                    let place = index[0] * inputStrides[0] + part * inputStrides[1] + y * inputStrides[2] + z
                    factors.append(
                        (
                            channel * strides[0] + part * strides[1] + row * strides[2] + column * strides[3], x[place]
                        ))
                }
            }
        }
        return factors
    }
}

extension AnyTensor {
    fileprivate func replacing(_ position: Int, by number: Float) -> AnyTensor? {
        guard position < shape.count else { return nil }
        var numbers = float64.elements.map { Float($0) }
        numbers[position] = number
        return .float32(Tensor(shape, numbers))
    }
}
