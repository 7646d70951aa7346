import NetworkGraph
import Tensors

/// Activations with wrong slopes for negative numbers.
enum SlopeFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard let position = slopes(site), let own = site.constant(position) else { return rectifiers(site) }
        func hypothesis(
            _ key: String, _ words: String, _ alter: @escaping @Sendable (AnyTensor) -> AnyTensor?
        ) -> Hypothesis {
            site.hypothesis(.slopes, key, words, Alteration(operands: [position: alter]))
        }
        let mean = own.float64.elements.reduce(0, +) / Double(max(own.shape.count, 1))
        var found = [
            hypothesis("relu", "the PReLU has become a ReLU: its slopes are 0") { $0.mapNumbers { _ in 0 } },
            hypothesis("negated", "the PReLU's slopes have the other sign") { $0.mapNumbers { -$0 } },
            hypothesis("identity", "the PReLU is left out: its slopes are 1") { $0.mapNumbers { _ in 1 } },
            hypothesis("absolute", "the PReLU's slopes are taken without their sign") { $0.mapNumbers(abs) },
        ]
        for slope in [0.01, 0.1, 0.2, 0.25, 0.3] {
            found.append(
                hypothesis("leaky-\(slope)", "the PReLU has become a LeakyReLU of slope \(slope)") {
                    $0.mapNumbers { _ in slope }
                })
        }
        if own.shape.count > 1 {
            found.append(
                hypothesis("mean", "the PReLU has one slope for all channels: the mean of its slopes") {
                    $0.mapNumbers { _ in mean }
                })
            for (key, part) in [("first", 0), ("last", own.shape.count - 1)] {
                let slope = own.float64.elements[part]
                found.append(
                    hypothesis(key, "the PReLU has one slope for all channels: the \(key) of its slopes") {
                        $0.mapNumbers { _ in slope }
                    })
            }
            found.append(
                hypothesis("reversed", "the PReLU's slopes are in reverse order") { tensor in
                    .float32(Tensor(tensor.shape, tensor.float64.elements.reversed().map { Float($0) }))
                })
        }
        found += alongOtherAxes(site, own, position)
        for (layer, values) in site.others(like: position) where site.graph.isSlope(of: layer) {
            found.append(hypothesis("of-\(layer)", "the PReLU has the slopes of \(layer)") { _ in values })
        }
        return found
    }

    /// The position of the slopes among the operands: of a PReLU, or of the product in one that is spelled out.
    private static func slopes(_ site: Site) -> Int? {
        if site.node.operator is PReLU { return 1 }
        guard site.node.operator as? BinaryArithmetic == .multiply else { return nil }
        for (position, name) in site.node.inputs.enumerated() where site.constant(position) == nil {
            guard let name, let prelu = SpelledOutPReLU(of: name, in: site.graph), prelu.node.name == site.node.name
            else { continue }
            return 1 - position
        }
        return nil
    }

    /// The slopes laid along the rows or the columns or, for vectors, cut and repeated to the axis's length.
    private static func alongOtherAxes(_ site: Site, _ slopes: AnyTensor, _ position: Int) -> [Hypothesis] {
        let x = site.output.shape
        guard x.rank == 4, slopes.shape.count > 1, slopes.shape.count == x[1] || slopes.shape.count == x[3] else {
            return []
        }
        let channels = slopes.shape.count == x[1] ? 1 : 3
        let names =
            channels == 1 ? ["batch", "channels", "rows", "columns"] : ["batch", "rows", "columns", "channels"]
        return (1..<4).filter { $0 != channels }.map { axis in
            site.hypothesis(
                .slopes, "along-\(names[axis])",
                "the PReLU's slopes lie along the \(names[axis]) in place of the channels",
                Alteration(operands: [
                    position: { tensor in
                        let numbers = tensor.float64.elements
                        var extents = [1, 1, 1, 1]
                        extents[axis] = x[axis]
                        return .float32(
                            Tensor(Shape(extents), (0..<x[axis]).map { Float(numbers[$0 % numbers.count]) }))
                    }
                ]))
        }
    }

    /// Other activations instead of a rectifier.
    private static func rectifiers(_ site: Site) -> [Hypothesis] {
        guard let activation = site.node.operator as? ActivationFunction, activation != .identity else { return [] }
        let others: [(ActivationFunction, String, String)] = [
            (.identity, "identity", "the activation is left out"), (.relu, "relu", "the activation is a ReLU"),
            (.leakyReLU(slope: 0.01), "leaky-0.01", "the activation is a LeakyReLU of slope 0.01"),
            (.leakyReLU(slope: 0.1), "leaky-0.1", "the activation is a LeakyReLU of slope 0.1"),
            (.sigmoid, "sigmoid", "the activation is a sigmoid"), (.tanh, "tanh", "the activation is a tanh"),
            (.hardSwish, "hard-swish", "the activation is a HardSwish"),
            (.swish(alpha: 1), "swish", "the activation is a swish"),
            (.hardSigmoid(alpha: 0.2, beta: 0.5), "hard-sigmoid-0.2", "the activation is a HardSigmoid of slope 0.2"),
            (.hardSigmoid(alpha: 1 / 6, beta: 0.5), "hard-sigmoid-6", "the activation is a HardSigmoid of slope 1/6"),
            (.gelu(byTanh: true), "gelu-tanh", "the activation is a GELU by tanh"),
            (.gelu(byTanh: false), "gelu", "the activation is a GELU by erf"),
        ]
        return others.filter { $0.0 != activation }.map { other, key, words in
            site.hypothesis(.slopes, key, words, Alteration(operation: other))
        } + [
            site.hypothesis(
                .slopes, "relu6", "the activation is cut off at 6",
                Alteration(result: { computed, _ in computed.mapNumbers { min($0, 6) } }))
        ]
    }
}

extension Graph {
    /// Whether a tensor comes from a PReLU, or from the product in a spelled-out one.
    fileprivate func isSlope(of tensor: String) -> Bool {
        nodes.contains {
            $0.outputs.contains(tensor)
                && ($0.operator is PReLU || $0.operator as? BinaryArithmetic == .multiply)
        }
    }
}
