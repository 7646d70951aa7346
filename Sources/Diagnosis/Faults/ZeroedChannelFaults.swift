import NetworkGraph
import Tensors

/// Channels of weights that are zero.
enum ZeroedChannelFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard let sum = WeightedSum(site) else { return [] }
        let bias = BiasFaults.bias(site)
        var found = [Hypothesis]()
        for part in outputs(site, sum) {
            let zero: @Sendable (AnyTensor) -> AnyTensor? = { $0.mapPart(part, along: sum.outputAxis) { _ in 0 } }
            found.append(
                site.hypothesis(
                    .zeroedChannel, "output-\(part)", "the weights of output channel \(part) are zero",
                    Alteration(operands: [sum.position: zero])))
            guard let bias, site.constant(bias)?.shape.count == sum.weights.shape[sum.outputAxis] else { continue }
            found.append(
                site.hypothesis(
                    .zeroedChannel, "output-and-bias-\(part)",
                    "the weights and the bias of output channel \(part) are zero",
                    Alteration(operands: [
                        sum.position: zero,
                        bias: { tensor in
                            var numbers = tensor.float64.elements
                            numbers[part] = 0
                            return .float32(Tensor(tensor.shape, numbers.map { Float($0) }))
                        },
                    ])))
        }
        let inputs = sum.weights.shape[sum.inputAxis]
        guard inputs <= 256 else { return found }
        for part in 0..<inputs {
            found.append(
                site.hypothesis(
                    .zeroedChannel, "input-\(part)", "the weights of input channel \(part) are zero",
                    Alteration(operands: [sum.position: { $0.mapPart(part, along: sum.inputAxis) { _ in 0 } }])))
        }
        return found
    }

    /// The output channels that may be zero: if the result was recorded, those that are wrong and constant.
    private static func outputs(_ site: Site, _ sum: WeightedSum) -> [Int] {
        let all = Array(0..<sum.weights.shape[sum.outputAxis])
        guard let recorded = site.recorded, recorded.shape == site.output.shape else {
            return all.count <= 512 ? all : []
        }
        return all.filter { part in
            let numbers = recorded.taking([part], along: sum.resultAxis).float64.elements
            return numbers.allSatisfy { $0 == numbers[0] }
        }
    }
}
