import NetworkGraph
import Tensors
import TestSupport

extension OperatorSample {
    private static func numbers(
        _ shape: Shape, seed: UInt64, _ range: ClosedRange<Float> = -2...2, boundaries: [Float] = []
    ) -> AnyTensor {
        var random = RandomNumbers(seed: seed)
        var values = (0..<shape.count).map { _ in Float.random(in: range, using: &random) }
        for (index, boundary) in boundaries.enumerated() where index < values.count { values[index] = boundary }
        return .float32(Tensor(shape, values))
    }

    private static func integers(_ values: [Int64]) -> AnyTensor { .int64(Tensor([values.count], values)) }

    private static func booleans(_ values: [Bool]) -> AnyTensor { .bool(Tensor([values.count], values)) }

    private static func zeroPoint(_ value: Int64) -> AnyTensor { .int64(Tensor([], [value])) }

    private static func sample(
        _ operation: any Operator, _ inputs: AnyTensor?..., gives output: [Double]? = nil, sharpness: Double = 1e-4
    ) -> OperatorSample {
        OperatorSample(operation: operation, inputs: inputs, output: output, sharpness: sharpness)
    }

    private static let functions: [ActivationFunction] = [
        .absolute, .ceiling, .celu(alpha: 1.5), .cosine, .elu(alpha: 1), .errorFunction, .exponential, .floor,
        .gelu(byTanh: false), .gelu(byTanh: true), .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .identity,
        .leakyReLU(slope: 0.1), .mish, .negation, .relu, .round, .selu(alpha: 1.67, gamma: 1.05), .sigmoid, .sign,
        .sine, .softplus, .softsign, .swish(alpha: 1), .tanh, .thresholdedReLU(alpha: 0.5),
    ]

    /// Each operator at least once; of one with several functions, each.
    package static let all: [OperatorSample] =
        functions.map { sample($0, numbers([3, 7], seed: 1, -4...4, boundaries: [0, -0.0, 0.5, -1.5, 1])) }
        + [ActivationFunction.logarithm, .squareRoot, .reciprocal].map {
            sample($0, numbers([3, 7], seed: 2, 0.125...8, boundaries: [1]))
        }
        + BinaryArithmetic.allCases.map {
            sample($0, numbers([2, 3, 4], seed: 3, 0.5...3), numbers([3, 1], seed: 4, 0.5...3))
        }
        + VariadicArithmetic.allCases.map {
            sample($0, numbers([2, 3], seed: 5), numbers([3], seed: 6), numbers([1, 3], seed: 7))
        }
        + Reduction.Function.allCases.map {
            sample(Reduction($0), numbers([2, 5, 3], seed: 8, 0.25...2), integers([1]))
        }
        + [
            sample(
                Convolution(padding: .explicit(begin: [1, 0], end: [0, 1])), numbers([1, 3, 5, 6], seed: 10),
                numbers([4, 3, 3, 2], seed: 11), numbers([4], seed: 12)),
            sample(
                TransposedConvolution(strides: [2, 1], outputPadding: [1, 0]), numbers([1, 3, 4, 5], seed: 13),
                numbers([3, 2, 3, 3], seed: 14), numbers([2], seed: 15)),
            sample(Gemm(alpha: 0.5, transposesB: true), numbers([3, 9], seed: 16), numbers([4, 9], seed: 17)),
            sample(MatMul(), numbers([2, 3, 9], seed: 18), numbers([9, 2], seed: 19)),
            sample(MaxPool(window: SlidingWindow(kernel: [2, 2])), numbers([1, 2, 4, 4], seed: 20)),
            sample(AveragePool(window: SlidingWindow(kernel: [3, 2])), numbers([1, 2, 4, 4], seed: 21)),
            sample(
                NormPool(window: SlidingWindow(kernel: [2, 2], padding: .explicit(begin: [0, 0], end: [0, 1]))),
                .float32(Tensor([1, 1, 2, 2], [1, -2, 2, 4])), gives: [5, 20.0.squareRoot()]),
            sample(
                NormPool(window: SlidingWindow(kernel: [3]), power: 1),
                .float32(Tensor([1, 1, 4], [1, -2, 3, 0])), gives: [6, 5]),
            sample(NormPool(window: SlidingWindow(kernel: [3, 2])), numbers([1, 2, 4, 4], seed: 92)),
            sample(
                NormPool(window: SlidingWindow(kernel: [3]), power: 3), .float32(Tensor([1, 1, 3], [3, -4, 5])),
                gives: [6]),
            sample(NormPool(window: SlidingWindow(kernel: [2, 2]), power: 4), numbers([1, 2, 4, 4], seed: 96)),
            sample(GlobalAveragePool(), numbers([1, 2, 4, 4], seed: 22)),
            sample(GlobalMaxPool(), numbers([1, 2, 4, 4], seed: 22)),
            sample(
                BatchNormalization(epsilon: 1e-5), numbers([2, 3, 4], seed: 23), numbers([3], seed: 24),
                numbers([3], seed: 25), numbers([3], seed: 26), numbers([3], seed: 27, 0.5...2)),
            // A subnormal factor loses what x - mean multiplies.
            sample(
                BatchNormalization(epsilon: 1e-5), numbers([1, 1], seed: 0, 106.9...106.9),
                numbers([1], seed: 0, -7.174648137343064e-43 ... -7.174648137343064e-43),
                numbers([1], seed: 0, 0...0), numbers([1], seed: 0, -1.403045654296875 ... -1.403045654296875),
                numbers([1], seed: 0, 0...0)),
            sample(PReLU(), numbers([2, 3, 4], seed: 28), numbers([3, 1], seed: 29)),
            sample(Softmax(axis: 1), numbers([2, 5], seed: 30, -6...6)),
            sample(LogSoftmax(Softmax(axis: 1)), numbers([2, 5], seed: 31, -6...6)),
            sample(LocalResponseNormalization(size: 3, alpha: 0.1), numbers([1, 5, 2, 3], seed: 32)),
            sample(
                Normalization(.instance), numbers([2, 3, 8], seed: 33), numbers([3], seed: 34), numbers([3], seed: 35)),
            sample(
                Normalization(.layer(axis: -1)), numbers([2, 3, 8], seed: 36), numbers([8], seed: 37),
                numbers([8], seed: 38)),
            sample(
                Normalization(.layer(axis: 1), giving: .inverseDeviation), numbers([2, 3, 8], seed: 36),
                numbers([3, 8], seed: 37)),
            sample(
                Normalization(.group(count: 2)), numbers([2, 4, 6], seed: 39), numbers([4], seed: 40),
                numbers([4], seed: 41)),
            sample(NormDivision(axis: 1), numbers([2, 5], seed: 42)),
            sample(NormDivision(axis: 0, isOfMagnitudes: true), numbers([4, 5], seed: 43)),
            sample(CumulativeSum(), numbers([2, 6], seed: 44), integers([1])),
            sample(TopK(axis: 1), numbers([2, 6], seed: 45), integers([3])),
            sample(
                Resize(.linear), numbers([1, 2, 4, 5], seed: 46), nil,
                numbers([4], seed: 0, 1...1, boundaries: [1, 1, 2, 1.5]),
                sharpness: 1e-3),
            sample(
                Resize(.cubic(coefficient: -0.75, excludesOutside: true)), numbers([1, 2, 4, 5], seed: 47), nil, nil,
                integers([1, 2, 7, 3]), sharpness: 1e-3),
            sample(
                Resize(.nearest(.preferFloor)), numbers([1, 2, 4, 5], seed: 48), nil, nil, integers([1, 2, 7, 3])),
            sample(Concat(axis: 1), numbers([2, 3], seed: 49), numbers([2, 1], seed: 50)),
            sample(Transpose(permutation: [1, 0]), numbers([2, 3], seed: 51)),
            sample(
                Slice(), numbers([4, 5], seed: 52), integers([3, 0]), integers([-5, 4]), integers([0, 1]),
                integers([-2, 3])),
            sample(Pad(mode: .reflect), numbers([3, 4], seed: 53), integers([1, 2, 0, 3])),
            sample(Pad(), numbers([3, 4], seed: 54), integers([1, -1, 0, 3]), numbers([], seed: 55)),
            sample(Gather(axis: 1), numbers([3, 4], seed: 56), integers([-1, 0])),
            sample(
                GatherElements(axis: 1), numbers([2, 3], seed: 93), .int64(Tensor([2, 2], [0, 2, 1, 1]))),
            sample(
                ScatterElements(axis: 1), numbers([2, 3], seed: 94), .int64(Tensor([2, 1], [2, 0])),
                numbers([2, 1], seed: 95)),
            sample(Expand(), numbers([3, 1], seed: 57), integers([2, 1, 4])),
            sample(Tile(), numbers([2, 3], seed: 58), integers([2, 2])),
            sample(SplitPart(axis: 1, part: 1, of: 2), numbers([2, 5], seed: 59)),
            sample(DepthToSpace(block: 2), numbers([1, 8, 2, 3], seed: 60)),
            sample(SpaceToDepth(block: 2), numbers([1, 2, 4, 6], seed: 61)),
            sample(Cast(to: .float(.binary16)), numbers([2, 5], seed: 62), sharpness: 1e-2),
            sample(QuantizeLinear(), numbers([2, 5], seed: 67), numbers([], seed: 0, 0.0625...0.0625), zeroPoint(100)),
            // Halves, which rounding may take to either side.
            sample(
                QuantizeLinear(), numbers([4], seed: 0, boundaries: [0.15, 0.25, 0.35, -0.05]),
                numbers([], seed: 0, 0.1...0.1), zeroPoint(3), sharpness: 1),
            sample(
                DequantizeLinear(groups: .init(axis: 1)), .int64(Tensor([2, 3], [1, -2, 3, 30_000, 5, 6])),
                numbers([3], seed: 68, 0.125...1), integers([1, 0, -1])),
            sample(DynamicQuantizeLinear(), numbers([2, 5], seed: 69), sharpness: 1),
            sample(DynamicQuantizeLinear(giving: .scale), numbers([2, 5], seed: 69)),
            sample(DynamicQuantizeLinear(giving: .zeroPoint), numbers([2, 5], seed: 69), sharpness: 1),
            sample(
                IntegerConvolution(Convolution()), .int64(Tensor([1, 1, 2, 2], [3, 200, 0, 255])),
                .int64(Tensor([2, 1, 1, 1], [-3, 100])), zeroPoint(128), integers([1, 0])),
            sample(
                IntegerMatMul(), .int64(Tensor([2, 2], [1, 2, 255, 4])), .int64(Tensor([2, 2], [5, 6, -7, 8])),
                integers([1, 2]), integers([1, 2])),
            sample(
                QuantizedConvolution(Convolution(), range: .uint8), .int64(Tensor([1, 1, 2, 2], [3, 200, 0, 255])),
                numbers([], seed: 70, 0.01...0.02), zeroPoint(128), .int64(Tensor([2, 1, 1, 1], [-3, 100])),
                numbers([2], seed: 71, 0.01...0.02), integers([1, 0]), numbers([], seed: 72, 0.04...0.05),
                zeroPoint(7), integers([100, -5]), sharpness: 1),
            sample(
                QuantizedMatMul(range: .uint8), .int64(Tensor([2, 2], [1, 2, 255, 4])),
                numbers([2], seed: 73, 0.01...0.02),
                integers([1, 2]), .int64(Tensor([2, 2], [5, 6, -7, 8])), numbers([2], seed: 74, 0.1...0.2),
                integers([1, 2]), numbers([], seed: 75, 0.1...0.2), zeroPoint(9), sharpness: 1),
            // Zeros, of which nothing is rounded.
            sample(ArgExtreme(isMaximum: true, axis: 0), numbers([3], seed: 0, 0...0)),
            sample(TopK(axis: 0, givesPlaces: true), numbers([3], seed: 0, 0...0), integers([2])),
            sample(DynamicQuantizeLinear(giving: .scale), numbers([3], seed: 0, 0...0), sharpness: 1),
            sample(NormDivision(axis: 0), numbers([3], seed: 0, 0...0), sharpness: .infinity),
            sample(LogSoftmax(Softmax(axis: 0)), numbers([3], seed: 0, 0...0)),
            sample(QuantizeLinear(), numbers([2, 5], seed: 67), numbers([], seed: 0, 0.0625...0.0625)),
            sample(
                DequantizeLinear(), .int64(Tensor([3], [1, -2, 30_000])), numbers([], seed: 68, 0.125...1)),
            // Less than 1 on either side of 0.
            sample(DynamicQuantizeLinear(giving: .scale), numbers([4], seed: 91, -0.5...0.5)),
            sample(DynamicQuantizeLinear(giving: .zeroPoint), numbers([4], seed: 91, -0.5...0.5), sharpness: 1),
            // Bases that may be 0, and less.
            sample(
                BinaryArithmetic.power, numbers([4], seed: 0, boundaries: [0, 1e-7, -1e-7, 2]),
                numbers([4], seed: 0, 2...2)),
            sample(
                Cast(to: .boolean), numbers([4], seed: 0, boundaries: [0, 1e-7, -1e-7, 2]), sharpness: 1),
            sample(
                Cast(to: .integer(bits: 64, isSigned: true)),
                numbers([4], seed: 0, boundaries: [0, 1.9999999, -1, 2.5]), sharpness: 1),
            sample(Reshape(), numbers([2, 6], seed: 63), integers([3, -1])),
            sample(ArgExtreme(isMaximum: true, axis: 1), numbers([2, 4], seed: 80)),
            sample(ArgExtreme(isMaximum: false, axis: 0, keepsAxis: false), numbers([3, 2], seed: 81)),
            // Two that may change places.
            sample(
                ArgExtreme(isMaximum: true, axis: 0), numbers([3], seed: 0, 0.5...0.5, boundaries: [1, 1.00001]),
                sharpness: .infinity),
            sample(Hardmax(Softmax(axis: 1)), numbers([2, 5], seed: 82), sharpness: 1),
            sample(TopK(axis: 1, givesPlaces: true), numbers([2, 6], seed: 83), integers([3]), sharpness: .infinity),
            sample(
                TopK(axis: 0, isLargest: false, givesPlaces: true),
                numbers([3], seed: 0, 0.5...0.5, boundaries: [1, 1.00001]), integers([2]), sharpness: .infinity),
            sample(
                Where(), booleans([true, false, true]), numbers([2, 3], seed: 84), numbers([3], seed: 85)),
            sample(Not(), booleans([true, false])),
            sample(Flatten(), numbers([2, 3, 2], seed: 86)),
            sample(Unsqueeze(), numbers([2, 3], seed: 96), integers([1])),
            sample(Squeeze(), numbers([2, 1, 3], seed: 87)),
            sample(ShapeOf(), numbers([2, 3], seed: 88)),
            sample(SizeOf(), numbers([2, 3], seed: 88)),
            sample(ConstantOfShape(), integers([2, 3])),
            sample(
                Progression(), numbers([], seed: 0, 1...1), numbers([], seed: 0, 3...3),
                numbers([], seed: 0, 0.3...0.3)),
            sample(Clip(), numbers([2, 6], seed: 64), numbers([], seed: 65, -1...0), numbers([], seed: 66, 0.5...1)),
        ]
        + Comparison.allCases.map {
            // The last two lie closer than float16 tells them apart.
            sample(
                $0, numbers([5], seed: 89, boundaries: [1, 2, 3, 1.0001, -1]),
                numbers([5], seed: 90, boundaries: [2, 2, 1, 1, -1.0001]))
        }
        + Logic.allCases.map { sample($0, booleans([true, true, false]), booleans([true, false, false])) }
}
