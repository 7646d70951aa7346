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
        .leakyReLU(slope: 0.1), .mish, .negation, .relu, .round, .selu(alpha: 1.67, gamma: 1.05),
        .shrink(bias: 1.25, limit: 0.5), .sigmoid, .sign, .sine, .softplus, .softsign, .swish(alpha: 1), .tanh,
        .thresholdedReLU(alpha: 0.5),
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

    // MARK: - Bounds as they were last reasoned about

    /// For each sample, in their order, a line that `KeptBoundTests` computes: the sum of its finite bounds, and how many
    /// are infinite, in five arithmetics and in two with errors of the operands.
    package static let keptBounds = """
        Abs 0 0 0.01475208183 0.01475208183 0.01591118355 0.0001352733761 0.0001352733761
        Ceil 0 0 1 1 1 3 3
        Celu 1.139692084e-05 1.139692084e-05 0.01582487005 0.09985460144 0.1018477441 7.478108229e-05 0.09474973905
        Cos 1.282811079e-05 1.282811079e-05 0.02189101495 0.1198956249 0.122336405 0.000148101495 0.1065527917
        Elu 8.448022672e-06 8.448022672e-06 0.01363342617 0.07466242172 0.07657731269 6.261882656e-05 0.07057192203
        Erf 1.320362483e-05 1.320362483e-05 0.009639359435 0.1103793802 0.1121001036 3.912313068e-05 0.1095209305
        Exp 2.382073508e-05 2.382073508e-05 0.04935540425 0.2263296756 0.229769425 0.0003021606444 0.1967860469
        Floor 0 0 1 1 1 3 3
        Gelu 1.489890969e-05 1.489890969e-05 0.008694040626 0.1267493756 0.128519171 5.970768004e-05 0.1234360532
        Gelu 1.489887092e-05 1.489887092e-05 0.008693605832 0.1267489408 0.1285187425 5.97068174e-05 0.1234357347
        HardSigmoid 4.44052726e-06 4.44052726e-06 0.005708503251 0.03802935839 0.03949357625 2.045857825e-05 0.03769033743
        HardSwish 6.971882237e-06 6.971882237e-06 0.009619044708 0.06246140924 0.06424655159 5.733843886e-05 0.05847157806
        Identity 0 0 0.01475208183 0.01475208183 0.01591118355 0.0001352733761 0.0001352733761
        LeakyRelu 6.186109166e-07 0.00147667064 0.01982757147 0.01982757147 0.0222683516 0.0001358919951 0.009685376643
        Mish 1.499711314e-05 1.499711314e-05 0.009954355731 0.1280096907 0.1298187204 6.416841006e-05 0.1242449005
        Neg 0 0 0.01475208183 0.01475208183 0.01591118355 0.0001352733761 0.0001352733761
        Relu 0 0 0.01475208183 0.01475208183 0.01591118355 0.0001352733761 0.0001352733761
        Round 0 0 2 2 2 2 2
        Selu 1.498244411e-05 1.498244411e-05 0.01828844485 0.1294955757 0.1315874512 8.333594304e-05 0.1241405812
        Shrink 2.967921897e-06 2.967921897e-06 0.7717960773 0.7888417364 0.7910994111 0.7501287869 0.7760953201
        Sigmoid 6.541753827e-06 6.541753827e-06 0.007828229849 0.05737319885 0.05894521865 4.036011399e-05 0.05498583495
        Sign 0 0 0 0 0 2 2
        Sin 1.14874943e-05 1.14874943e-05 0.02066956385 0.1089085285 0.1113493086 0.0001467608785 0.09556569538
        Softplus 1.281021678e-05 1.281021678e-05 0.01145806936 0.1093323314 0.1110694112 5.479131239e-05 0.1063128025
        Softsign 3.066126422e-06 3.066126422e-06 0.007036830289 0.02713835296 0.02870024415 2.505068379e-05 0.02643125163
        Swish 1.493553299e-05 1.493553299e-05 0.009193543224 0.1272488782 0.1290079683 6.113425609e-05 0.1237374619
        Tanh 1.275132367e-05 1.275132367e-05 0.009389938671 0.1068351971 0.1085402143 3.94511048e-05 0.105814852
        ThresholdedRelu 0 0 0.5039918853 0.5039918853 0.5044189228 0.5000378607 0.5000378607
        Log 1.941658876e-05 1.941658876e-05 0.02339625038 0.1693942566 0.1712156499 0.0001079629681 0.1605022763
        Sqrt 7.353701372e-06 7.353701372e-06 0.03013260464 0.07030832248 0.07196879063 9.171920317e-05 0.06162727409
        Reciprocal 1.58203938e-06 1.58203938e-06 0.008646176935 0.01728938456 0.01904337075 4.271321361e-05 0.01428717439
        Add 5.831971272e-06 5.831971272e-06 0.09557649167 0.09557649167 0.09997030697 0.0004248545249 0.04965957954
        Sub 1.31524606e-06 1.31524606e-06 0.05857547873 0.05857547873 0.06296929403 0.0004203377996 0.0126585666
        Mul 5.764792206e-06 5.764792206e-06 0.1417483561 0.1417483561 0.1491874272 0.0008369715696 0.04952163409
        Div 1.784277768e-06 1.784277768e-06 0.04388066958 0.04388066958 0.04735401839 0.0002615325423 0.01634152231
        Pow 5.620124208e-05 5.620124208e-05 0.2650088795 0.6712771849 0.6850928567 0.001891962073 0.4639003524
        Mod 1.338172744e-06 1.338172744e-06 46.76598493 46.76598493 46.7689139 46.7096006 46.74483105
        Mod 1.338172744e-06 1.338172744e-06 46.76598493 46.76598493 46.7689139 46.7096006 46.74483105
        Sum 4.815561278e-06 4.815561278e-06 0.01578805048 0.04742118976 0.04998609972 8.362089506e-05 0.04105467202
        Mean 1.605187093e-06 1.605187093e-06 0.005262802703 0.01580754009 0.01763859574 2.787363169e-05 0.01466145317
        Max 0 0 0.004110152018 0.004110152018 0.004476184142 3.783121156e-05 3.783121156e-05
        Min 0 0 0.004110152018 0.004110152018 0.004476184142 3.783121156e-05 3.783121156e-05
        ReduceSum 1.731083194e-05 1.731083194e-05 0.03547745953 0.1600943777 0.1641287983 0.0001844077388 0.144662553
        ReduceMean 3.462166388e-06 3.462166388e-06 0.007095634956 0.0320197342 0.03458428742 3.688154777e-05 0.03069103836
        ReduceMax 0 0 0.005171042285 0.005171042285 0.005537074408 4.611941677e-05 4.611941677e-05
        ReduceMin 0 0 0.005171042285 0.005171042285 0.005537074408 4.611941677e-05 4.611941677e-05
        ReduceProd 5.611948344e-06 5.611948344e-06 0.03452870598 0.07501060252 0.08708228208 0.0002840107732 0.05500241540
        ReduceL1 1.731083194e-05 1.731083194e-05 0.03547745953 0.1600943777 0.1641287983 0.0001844077388 0.144662553
        ReduceL2 5.736247037e-06 5.736247037e-06 0.01710135055 0.05575456478 0.05757408492 8.434957021e-05 0.04828775349
        ReduceSumSquare 2.492897568e-05 2.492897568e-05 0.07664337048 0.2561888852 0.2628350241 0.0004930369945 0.2075865909
        ReduceLogSum 9.683838423e-06 9.683838423e-06 0.00817493069 0.08251668883 0.0838771144 3.743294777e-05 0.08062668351
        ReduceLogSumExp 1.033417739e-05 1.033417739e-05 0.01376231723 0.08986847029 0.09060071326 5.645359691e-05 0.08510707714
        Conv 0.001480103603 0.001480103603 1.793173251 13.44117585 13.73204611 0.01333155198 12.37958533
        ConvTranspose 0.001984700177 0.001984700177 1.629416444 17.57387037 17.96900825 0.01245228773 16.75913299
        Gemm 4.574771672e-05 4.574771672e-05 0.08657604324 0.4352061741 0.4525092227 0.0006057065028 0.3879765229
        MatMul 7.776566151e-05 7.776566151e-05 0.1912951902 0.7682602729 0.7904614529 0.001293153313 0.6494597983
        MaxPool 0 0 0.01424704038 0.01424704038 0.01534513675 0.0001284669497 0.0001284669497
        AveragePool 7.355995765e-06 7.355995765e-06 0.01507682516 0.06806225654 0.07538576985 7.764805914e-05 0.06715896799
        LpPool 2.540625489e-06 2.540625489e-06 0.009256784365 0.02550523693 0.02604581178 4.167024264e-05 0.02124336355
        LpPool 2.622604839e-06 2.622604839e-06 0.01074698767 0.02689787979 0.02769172474 5.030633203e-05 0.02205212947
        LpPool 1.21398764e-05 1.21398764e-05 0.0361923128 0.1179649857 0.1224875419 0.0001778252055 0.1028777068
        LpPool 1.31130245e-06 1.31130245e-06 0.005864697799 0.01370754464 0.01392513694 2.552424405e-05 0.01091668167
        LpPool 6.188787171e-06 6.188787171e-06 0.0270713733 0.06444714283 0.07026516749 0.0001317369478 0.05546471872
        GlobalAveragePool 2.443714143e-06 2.443714143e-06 0.002227427724 0.02131960654 0.02376090257 1.303982622e-05 0.02252641813
        GlobalMaxPool 0 0 0.001900720526 0.001900720526 0.002022731234 1.675626208e-05 1.675626208e-05
        BatchNormalization 3.588207649e-05 3.588207649e-05 0.1287047622 0.3819154866 0.4529225980 0.0008612336941 0.3572167095
        BatchNormalization 1.695356021e-40 1.695356021e-40 0.001021710048 0.008253277401 0+1 0.03434144615 0+1
        PRelu 1.143293443e-06 1.143293443e-06 0.02646442062 0.02646442062 0.0301458547 0.0001695252102 0.01099916776
        Softmax 1.725738139e-06 1.725738139e-06 0.02206170681 0.03522724563 0.03816216176 0.0001729861738 0.01675022569
        LogSoftmax 1.711381029e-05 1.711381029e-05 0.05360103077 0.1780184371 0.1798491935 0.000331047152 0.1411814931
        LRN 1.265153503e-05 1.265153503e-05 0.0303532254 0.1204702867 0.1348640507 0.0001705141107 0.1166142508
        InstanceNormalization 8.498677323e-05 8.498677323e-05 0.1617905826 0.8430490404 0.8936067958 0.001365782923 0.7430982308
        LayerNormalization 5.31716296e-05 5.31716296e-05 0.13180991 0.5447507658 0.5831240148 0.001032342562 0.4688563294
        LayerNormalization 3.758741989e-06 3.758741989e-06 0.002339423968 0.03396036577 0.03490640707 1.791026871e-05 0.03311659692
        GroupNormalization 0.0001173724738 0.0001173724738 0.1720133287 1.127158678 1.186381778 0.001498005672 1.024254827
        LpNormalization 1.517632406e-06 1.517632406e-06 0.006223041804 0.01665534279 0.01851346623 4.005424985e-05 0.01398079349
        LpNormalization 1.788140072e-06 1.788140072e-06 0.00733142119 0.01960838499 0.02310498041 5.087055645e-05 0.01754050357
        CumSum 1.701477334e-05 1.701477334e-05 0.03985020909 0.1597768971 0.1638123913 0.0002126327625 0.1414560175
        TopK 0 0 0.005546570406 0.005546570406 0.00591260253 4.905323021e-05 4.905323021e-05
        Resize 0.001857346963 0.001857346963 0.145178298 15.33566865 15.34981783 0.002787599644 15.23062839
        Resize 0.002321961828 0.002321961828 0.1769556864 19.1985363 19.21195324 0.003719515894 19.03483374
        Resize 0 0 0.01703022246 0.01703022246 0.01959244732 0.0001730931554 0.0001730931554
        Concat 0 0 0.005145361531 0.005145361531 0.005633404362 4.782566884e-05 4.782566884e-05
        Transpose 0 0 0.003012603265 0.003012603265 0.003378635389 2.925661192e-05 2.925661192e-05
        Slice 0 0 0.001940490911 0.001940490911 0.002184512326 1.897385118e-05 1.897385118e-05
        Pad 0 0 0.01820534025 0.01820534025 0.02040153299 0.0001765531142 0.0001765531142
        Pad 0 0 0.01292493264 0.01292493264 0.01438906114 0.0001238586319 0.0001238586319
        Gather 0 0 0.003752663033 0.003752663033 0.004118695157 3.503832886e-05 3.503832886e-05
        GatherElements 0 0 0.001689005294 0.001689005294 0.00193302671 1.70091198e-05 1.70091198e-05
        ScatterElements 0 0 0.003604549449 0.003604549449 0.003970581573 3.388119148e-05 3.388119148e-05
        Expand 0 0 0.003544893116 0.003544893116 0.00500902161 5.057707313e-05 5.057707313e-05
        Tile 0 0 0.01149448846 0.01149448846 0.01295861695 0.0001126832867 0.0001126832867
        Split 0 0 0.001900323783 0.001900323783 0.002144345199 1.86600455e-05 1.86600455e-05
        DepthToSpace 0 0 0.02199310786 0.02199310786 0.02492136485 0.0002175863465 0.0002175863465
        SpaceToDepth 0 0 0.02338614478 0.02338614478 0.02631440177 0.0002284694474 0.0002284694474
        Cast 0 0 0.01733641307 0.01733641307 0.01794706237 0.01160856771 0.01160856771
        QuantizeLinear 0 0 0 0 0 0 0
        QuantizeLinear 4 4 4 4 4 4 4
        DequantizeLinear 0.004119733623 0.004119733623 22.50837456 45.03233938 46.86716561 0.1206338418 33.88296742
        DynamicQuantizeLinear 0 0 0 13 31 0 29
        DynamicQuantizeLinear 2.22156817e-09 2.22156817e-09 1.287220131e-05 2.504888128e-05 0.0001478080219 6.25999291e-08 0.0001406081421
        DynamicQuantizeLinear 0 0 0 1 2 0 2
        ConvInteger 0 0 0 0 0 0 0
        MatMulInteger 0 0 0 0 0 0 0
        QLinearConv 0 0 0 0 34 0 33
        QLinearMatMul 0 0 1 1 2 0 2
        ArgMax 0 0 0 0 0 0+1 0+1
        TopK 0 0 0 0 0 0+2 0+2
        DynamicQuantizeLinear 5.960464478e-08 5.960464478e-08 0.0004883110523 0.0004883110523 0.0005493164062 0+1 0+1
        LpNormalization 0 0 0 0 0 3 3
        LogSoftmax 2.556294975e-06 2.556294975e-06 0.001611745752 0.02095069608 0.02113371214 8.278341215e-06 0.02113943698
        QuantizeLinear 0 0 0 0 0 0 0
        DequantizeLinear 0.004118772454 0.004118772454 22.50312287 45.02183253 46.85536549 0.1205990243 33.87461766
        DynamicQuantizeLinear 3.931120552e-10 3.931120552e-10 2.444635415e-06 4.624105461e-06 0.0001273832461 1.834341808e-08 0.0001255796253
        DynamicQuantizeLinear 0 0 0 1 6 0 6
        Pow 1.853129655e-06 1.853129655e-06 0.008578546969+1 0.02181110266+1 0.02234727816+2 5.998322445e-05+3 0.01530648982+3
        Cast 0 0 0 0 2 3 3
        Cast 0 0 2 2 2 2 2
        Reshape 0 0 0.004994683317 0.004994683317 0.005726747564 5.046226124e-05 5.046226124e-05
        ArgMax 0 0 0 0 0 0 0
        ArgMin 0 0 0 0 0 0 0
        ArgMax 0 0 0+1 0+1 0+1 0 0
        Hardmax 0 0 10 10 10 10 10
        TopK 0 0 0 0 0 0 0
        TopK 0 0 0+2 0+2 0+2 0 0
        Where 0 0 0.003509817529 0.003509817529 0.003875849652 3.314109836e-05 3.314109836e-05
        Not 0 0 0 0 0 0 0
        Flatten 0 0 0.005805740948 0.005805740948 0.006537805195 5.679864898e-05 5.679864898e-05
        Unsqueeze 0 0 0.001844782615 0.001844782615 0.002210814739 2.013301309e-05 2.013301309e-05
        Squeeze 0 0 0.004502511816 0.004502511816 0.00486854394 4.089652248e-05 4.089652248e-05
        Shape 0 0 0 0 0 0 0
        Size 0 0 0 0 0 0 0
        ConstantOfShape 0 0 0 0 0 0 0
        Range 2.378225371e-06 2.378225371e-06 0.01299249595 0.02598712019 0.02812480975 7.981659467e-05 0.01998722013
        Clip 0 0 0.007712343009 0.007712343009 0.008444407256 7.169397759e-05 7.169397759e-05
        Less 0 0 3 3 3 1 1
        LessOrEqual 0 0 3 3 3 1 1
        Greater 0 0 3 3 3 1 1
        GreaterOrEqual 0 0 3 3 3 1 1
        Equal 0 0 3 3 3 1 1
        And 0 0 0 0 0 0 0
        Or 0 0 0 0 0 0 0
        Xor 0 0 0 0 0 0 0
        """
}
