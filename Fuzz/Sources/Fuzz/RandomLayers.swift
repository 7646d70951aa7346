@testable import NetworkGraph
@testable import Tensors

/// What a random graph is made of.
extension RandomGraph {
    mutating func choose(_ range: ClosedRange<Int>) -> Int { source.choose(range) }

    /// A convolution with its bias, mostly a PReLU, and at times a pool.
    mutating func appendConvolution() {
        let channels = source.choose([1, 2, 4, 6, 10, 15, 16, 17, 28, 33])
        let kernel = [source.choose(1...3), source.choose(1...3)]
        guard shape.rank == 4 else { return }
        append(Convolution(), [weights(Shape([channels, shape[1]] + kernel)), weights([channels])])
        if source.choose(0...3) > 0 { append(PReLU(), [weights([shape[1], 1, 1])]) }
        if source.flag() { append(MaxPool(window: window(2))) }
    }

    /// A flatten and up to two dense layers.
    mutating func appendDense(channelsLast: Bool) {
        append(Transpose(permutation: channelsLast ? [0, 2, 3, 1] : [0, 1, 3, 2]))
        append(Flatten())
        for _ in 0..<source.choose(1...2) {
            let count = source.choose([1, 4, 6, 9, 16, 31])
            if source.flag() {
                append(Gemm(transposesB: true), [weights([count, shape[1]]), weights([count])])
            } else {
                append(MatMul(), [weights([shape[1], count])])
                append(BinaryArithmetic.add, [weights([count])])
            }
            if source.flag() { append(PReLU(), [weights([count])]) }
        }
    }

    /// One operator of any kind, with parameters that fit more often than not.
    mutating func appendAnyOperator() {
        let spatial = max(shape.rank - 2, 0)
        let channels = shape.rank > 1 ? shape[1] : 1
        let axis = source.choose(-shape.rank...max(shape.rank - 1, 0))
        switch source.choose(0...31) {
        case 0:
            let groups = source.flag() ? channels : 1
            let count = groups * source.choose(1...3)
            let window = window(spatial)
            let kernel = Shape([count, max(channels / groups, 1)] + window.kernel)
            append(
                Convolution(
                    strides: window.strides, dilations: window.dilations, padding: window.padding, groups: groups),
                [weights(kernel)] + (source.flag() ? [weights([count])] : []))
        case 1: append(MaxPool(window: window(spatial)))
        case 2: append(AveragePool(window: window(spatial), countsPadding: source.flag()))
        case 3: append(GlobalAveragePool())
        case 4: append(PReLU(), [weights(Shape([channels] + (0..<spatial).map { _ in 1 }))])
        case 5: append(ActivationFunction.relu)
        case 6: append(ActivationFunction.leakyReLU(slope: source.float()))
        case 7: append(ActivationFunction.sigmoid)
        case 8: append(Softmax(axis: axis, spansFollowingAxes: source.flag()))
        case 9: append(Transpose(permutation: (0..<shape.rank).shuffled(using: &source)))
        case 10: append(Flatten(axis: axis))
        case 11: append(Gemm(transposesB: source.flag()), [weights([channels, channels]), weights([channels])])
        case 12: append(MatMul(), [weights([shape.dimensions.last ?? 1, source.choose(1...5)])])
        case 13:
            append(
                source.choose(BinaryArithmetic.allCases),
                [weights(Shape(shape.dimensions.map { source.flag() ? $0 : 1 }))])
        case 14: append(BinaryArithmetic.multiply, [.tensor(nodes.last?.outputs[0] ?? "x")])
        case 15: append(Clip(), [weights([]), weights([])])
        case 16:
            let variances = Tensor([channels], (0..<channels).map { Float($0 % 5) / 4 })
            append(
                BatchNormalization(),
                [weights([channels]), weights([channels]), weights([channels]), .constant(.float32(variances))])
        case 17: append(Concat(axis: axis), [.tensor(nodes.last?.outputs[0] ?? "x")])
        case 18: append(Reshape(), [integers([0, -1])])
        case 19: append(Unsqueeze(), [integers([source.choose(0...shape.rank)])])
        case 20: append(LogSoftmax(Softmax(axis: axis, spansFollowingAxes: source.flag())))
        case 21: append(Reduction(source.choose(Reduction.Function.allCases)), [integers([axis])])
        case 22:
            let extent = source.choose([Normalization.Extent.instance, .layer(axis: max(spatial, 1)), .group(count: 1)])
            let count = extent == .layer(axis: max(spatial, 1)) ? shape.dimensions.last ?? 1 : channels
            append(Normalization(extent), [weights([count]), weights([count])])
        case 23: append(LocalResponseNormalization(size: source.choose(1...4), alpha: source.choose([1e-4, 0.25, 1])))
        case 24: append(NormDivision(axis: axis, isOfMagnitudes: source.flag()))
        case 25: append(NormPool(window: window(spatial), power: source.choose(1...3)))
        case 26: append(CumulativeSum(isExclusive: source.flag()), [integers([axis])])
        case 27:
            append(
                source.choose(VariadicArithmetic.allCases),
                [.tensor(nodes.last?.inputs[0] ?? "x"), weights([channels])])
        case 28: append(GlobalMaxPool())
        case 29...30: append(anyFunction())
        default: append(ActivationFunction.identity)
        }
    }

    /// A function of each number, with any parameters.
    private mutating func anyFunction() -> ActivationFunction {
        source.choose([
            .absolute, .ceiling, .celu(alpha: source.float()), .cosine, .elu(alpha: source.float()), .errorFunction,
            .exponential, .floor, .gelu(byTanh: source.flag()),
            .hardSigmoid(alpha: source.float(), beta: source.float()), .hardSwish, .logarithm, .mish, .negation,
            .reciprocal, .round, .selu(alpha: source.float(), gamma: source.float()),
            .shrink(bias: source.float(), limit: source.float()), .sign, .sine, .softplus, .softsign, .squareRoot,
            .swish(alpha: source.float()), .tanh, .thresholdedReLU(alpha: source.float()),
        ])
    }
}
