import Engines
import NetworkGraph
import Tensors

/// A softmax that is left out, applied twice, over another axis, or with another exponential.
enum SoftmaxFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard let own = site.node.operator as? Softmax else { return [] }
        let rank = site.output.shape.rank
        let axis = site.output.shape.axis(own.axis) ?? rank
        var found = [
            site.hypothesis(
                .softmax, "missing", "the softmax is missing: its input comes out",
                Alteration(operation: ActivationFunction.identity)),
            site.hypothesis(
                .softmax, "twice", "the softmax is applied twice",
                Alteration(result: { computed, _ in try? ArithmeticName.fp32.apply(own, to: [computed]) })),
            site.hypothesis(
                .softmax, "sigmoid", "a sigmoid stands in the softmax's place",
                Alteration(operation: ActivationFunction.sigmoid)),
            site.hypothesis(
                .softmax, "logarithm", "the logarithm of the softmax comes out",
                Alteration(operation: LogSoftmax(own))),
            site.hypothesis(
                .softmax, "without-division", "the exponentials are not divided by their sum",
                Alteration(operation: ActivationFunction.exponential)),
        ]
        for other in 0..<rank where other != axis {
            found.append(
                site.hypothesis(
                    .softmax, "axis-\(other)", "the softmax runs over axis \(other), not over axis \(axis)",
                    Alteration(operation: Softmax(axis: other))))
        }
        if rank > 2 {
            found.append(
                site.hypothesis(
                    .softmax, "all", "the softmax runs over axis 1 and all that follow",
                    Alteration(operation: Softmax(axis: 1, spansFollowingAxes: true))))
        }
        return found + exponentials(site, own, axis)
    }

    /// Approximations of the exponential in fast programs, each up to a few thousandths off.
    private static func exponentials(_ site: Site, _ own: Softmax, _ axis: Int) -> [Hypothesis] {
        let approximations: [(key: String, words: String, function: @Sendable (Double) -> Double)] = [
            // Schraudolph, A fast, compact approximation of the exponential function, Neural Computation 11(4), 1999.
            (
                "schraudolph", "Schraudolph's, which reads a line as a float's bits",
                { Double(Float(bitPattern: UInt32(max(0, 12_102_203 * $0 + 1_064_866_805)))) }
            ),
            ("power-256", "(1 + x / 256)^256", { power(1 + max($0, -255) / 256, 8) }),
            ("power-1024", "(1 + x / 1024)^1024", { power(1 + max($0, -1023) / 1024, 10) }),
            ("power-4096", "(1 + x / 4096)^4096", { power(1 + max($0, -4095) / 4096, 12) }),
        ]
        return approximations.map { key, words, function in
            site.hypothesis(
                .softmax, "exponential-\(key)", "the softmax's exponential is approximated: \(words)",
                Alteration(
                    operation: ActivationFunction.identity,
                    result: { logits, _ in
                        softmax(of: logits, over: axis, function)
                    }))
        } + [
            site.hypothesis(
                .softmax, "exponential-unknown",
                "the softmax's exponential is approximated: its values are up to 1 % off, and still sum to 1",
                Alteration(result: { computed, recorded in
                    recorded.flatMap { approximated($0, computed, axis) }
                }))
        ]
    }

    private static func power(_ base: Double, _ doublings: Int) -> Double {
        (0..<doublings).reduce(base) { result, _ in result * result }
    }

    private static func softmax(
        of logits: AnyTensor, over axis: Int, _ exponential: (Double) -> Double
    ) -> AnyTensor? {
        guard logits.shape.axis(axis) != nil else { return nil }
        let (extent, inner) = (logits.shape[axis], logits.shape.strides[axis])
        var numbers = logits.float64.elements
        for start in numbers.indices where start / inner % extent == 0 {
            let positions = (0..<extent).map { start + $0 * inner }
            let largest = positions.map { numbers[$0] }.max() ?? 0
            for position in positions { numbers[position] = exponential(numbers[position] - largest) }
            let sum = positions.reduce(0) { $0 + numbers[$1] }
            for position in positions { numbers[position] /= sum }
        }
        return .float32(Tensor(logits.shape, numbers.map { Float($0) }))
    }

    /// The recorded tensor, if an exponential near the correct one gives it; else nil.
    private static func approximated(_ recorded: AnyTensor, _ right: AnyTensor, _ axis: Int) -> AnyTensor? {
        guard recorded.shape == right.shape, recorded.shape.axis(axis) != nil else { return nil }
        let (extent, inner) = (right.shape[axis], right.shape.strides[axis])
        let (given, wanted) = (recorded.float64.elements, right.float64.elements)
        var (isOff, count) = (0, 0)
        for start in wanted.indices where start / inner % extent == 0 {
            let positions = (0..<extent).map { start + $0 * inner }
            let sum = positions.reduce(0) { $0 + given[$1] }
            guard abs(sum - 1) < 4e-7 * Double(extent) else { return nil }
            for position in positions {
                // A probability's error is at most the exponential's, times the probability left for the others.
                let limit = 0.01 * wanted[position] * (1 - wanted[position]) + 2e-7
                guard abs(given[position] - wanted[position]) <= limit else { return nil }
                count += 1
                if abs(given[position] - wanted[position]) > 2e-7 { isOff += 1 }
            }
        }
        return isOff * 4 >= count ? recorded : nil
    }
}
