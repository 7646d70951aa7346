import NetworkGraph
import Tensors

/// An ONNX operator: the permitted form of its nodes, how to read them, and the types of its outputs.
struct ONNXOperator {
    let signature: ONNXSignature
    let read: ONNXOperators.Reader
    let elementRule: ONNXElementRule
    /// Whether outputs after the first may be omitted if unused: they are not computed.
    let dropsOutputs: Bool

    /// - Parameter elementRule: by default, results have the type of the first input.
    init(
        _ signature: ONNXSignature, _ read: @escaping ONNXOperators.Reader, gives elementRule: ONNXElementRule = .first,
        dropsOutputs: Bool = false
    ) {
        self.signature = signature
        self.read = read
        self.elementRule = elementRule
        self.dropsOutputs = dropsOutputs
    }
}

extension ONNXOperators {
    private typealias Attribute = ONNXSignature.Attribute

    /// The operators by name, one entry each.
    static let all: [String: ONNXOperator] = [
        "Abs": ONNXOperator(ONNXSignature(1), function(.absolute)),
        "Add": ONNXOperator(.aligned, aligned(BinaryArithmetic.add), gives: .common),
        "And": ONNXOperator(.aligned, aligned(Logic.and), gives: .boolean),
        "ArgMax": ONNXOperator(.argExtreme, argExtreme(isMaximum: true), gives: .integers),
        "ArgMin": ONNXOperator(.argExtreme, argExtreme(isMaximum: false), gives: .integers),
        "AveragePool": ONNXOperator(
            ONNXSignature(
                1, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
                Attribute("auto_pad", .string), Attribute("count_include_pad", .int, since: 7),
                Attribute("ceil_mode", .int, since: 10), Attribute("dilations", .ints, since: 19)),
            averagePool),
        "BatchNormalization": ONNXOperator(
            ONNXSignature(
                5, Attribute("epsilon", .float), Attribute("momentum", .float), Attribute("spatial", .int, until: 9),
                Attribute("is_test", .int, until: 7), Attribute("training_mode", .int, since: 14)),
            batchNormalization, gives: .batchNormalization, dropsOutputs: true),
        "Cast": ONNXOperator(
            ONNXSignature(
                1, Attribute("to", .int), Attribute("saturate", .int, since: 19),
                Attribute("round_mode", .string, since: 24)),
            cast, gives: .castTarget),
        "Ceil": ONNXOperator(ONNXSignature(1), function(.ceiling)),
        "Celu": ONNXOperator(
            ONNXSignature(1, Attribute("alpha", .float)),
            { node in Description(ActivationFunction.celu(alpha: node.float("alpha") ?? 1)) }),
        "Clip": ONNXOperator(
            ONNXSignature(
                [(11, 3), (1, 1)], Attribute("min", .float, until: 11), Attribute("max", .float, until: 11)),
            clip, gives: .common),
        "Concat": ONNXOperator(ONNXSignature(.max, Attribute("axis", .int)), concat, gives: .common),
        "ConstantOfShape": ONNXOperator(
            ONNXSignature(1, Attribute("value", .tensor)),
            { (node) throws(ModelError) in
                Description(try node.tensor("value").map(ConstantOfShape.init) ?? ConstantOfShape())
            }, gives: .unknown),
        "Conv": ONNXOperator(
            ONNXSignature(
                3, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
                Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string)),
            convolution, gives: .common),
        "ConvInteger": ONNXOperator(
            ONNXSignature(
                4, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
                Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string)),
            { (node) throws(ModelError) in Description(IntegerConvolution(try convolutionOperator(node))) },
            gives: .integerSums),
        "ConvTranspose": ONNXOperator(
            ONNXSignature(
                3, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
                Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string),
                Attribute("output_padding", .ints), Attribute("output_shape", .ints)),
            transposedConvolution, gives: .common),
        "Cos": ONNXOperator(ONNXSignature(1), function(.cosine)),
        "CumSum": ONNXOperator(
            ONNXSignature(2, Attribute("exclusive", .int), Attribute("reverse", .int)),
            { node in
                Description(CumulativeSum(isExclusive: node.flag("exclusive"), isReversed: node.flag("reverse")))
            }),
        "DepthToSpace": ONNXOperator(
            ONNXSignature(1, Attribute("blocksize", .int), Attribute("mode", .string, since: 11)),
            depthToSpace),
        "DequantizeLinear": ONNXOperator(
            ONNXSignature(
                3, Attribute("axis", .int, since: 13), Attribute("block_size", .int, since: 21),
                Attribute("output_dtype", .int, since: 23)),
            { node in Description(DequantizeLinear(groups: quantizationGroups(node))) }, gives: .dequantized),
        "Div": ONNXOperator(.aligned, aligned(BinaryArithmetic.divide), gives: .common),
        "Dropout": ONNXOperator(
            ONNXSignature(
                [(12, 3), (1, 1)], Attribute("ratio", .float, until: 12), Attribute("is_test", .int, until: 7),
                Attribute("seed", .int, since: 12)),
            dropout, dropsOutputs: true),
        "DynamicQuantizeLinear": ONNXOperator(
            ONNXSignature(1),
            { _ in
                Description(DynamicQuantizeLinear.Result.allCases.map(DynamicQuantizeLinear.init))
            }, gives: .dynamicallyQuantized),
        "Elu": ONNXOperator(
            ONNXSignature(1, Attribute("alpha", .float)),
            { node in Description(ActivationFunction.elu(alpha: node.float("alpha") ?? 1)) }),
        "Equal": ONNXOperator(.aligned, aligned(Comparison.equal), gives: .boolean),
        "Erf": ONNXOperator(ONNXSignature(1), function(.errorFunction)),
        "Exp": ONNXOperator(ONNXSignature(1), function(.exponential)),
        "Expand": ONNXOperator(ONNXSignature(2), { _ in Description(Expand()) }),
        "Flatten": ONNXOperator(ONNXSignature(1, Attribute("axis", .int)), flatten),
        "Floor": ONNXOperator(ONNXSignature(1), function(.floor)),
        "Gather": ONNXOperator(
            ONNXSignature(2, Attribute("axis", .int)),
            { node in Description(Gather(axis: node.integer("axis") ?? 0)) }),
        "GatherElements": ONNXOperator(
            ONNXSignature(2, Attribute("axis", .int)),
            { node in Description(GatherElements(axis: node.integer("axis") ?? 0)) }),
        "Gelu": ONNXOperator(ONNXSignature(1, Attribute("approximate", .string)), gelu),
        "Gemm": ONNXOperator(
            ONNXSignature(
                3, Attribute("alpha", .float), Attribute("beta", .float), Attribute("transA", .int),
                Attribute("transB", .int), Attribute("broadcast", .int, until: 7)),
            gemm, gives: .common),
        "GlobalAveragePool": ONNXOperator(ONNXSignature(1), { _ in Description(GlobalAveragePool()) }),
        "GlobalMaxPool": ONNXOperator(ONNXSignature(1), { _ in Description(GlobalMaxPool()) }),
        "Greater": ONNXOperator(.aligned, aligned(Comparison.greater), gives: .boolean),
        "GreaterOrEqual": ONNXOperator(
            ONNXSignature(2),
            { _ in Description(Comparison.greaterOrEqual) }, gives: .boolean),
        "GroupNormalization": ONNXOperator(
            ONNXSignature(
                3, Attribute("epsilon", .float), Attribute("num_groups", .int), Attribute("stash_type", .int, since: 21)
            ),
            groupNormalization, gives: .unknown),
        "HardSigmoid": ONNXOperator(
            ONNXSignature(1, Attribute("alpha", .float), Attribute("beta", .float)),
            { node in
                Description(
                    ActivationFunction.hardSigmoid(alpha: node.float("alpha") ?? 0.2, beta: node.float("beta") ?? 0.5))
            }),
        "HardSwish": ONNXOperator(ONNXSignature(1), function(.hardSwish)),
        "Hardmax": ONNXOperator(
            ONNXSignature(1, Attribute("axis", .int)),
            { node in Description(Hardmax(softmaxOperator(node))) }),
        "Identity": ONNXOperator(ONNXSignature(1), function(.identity)),
        "InstanceNormalization": ONNXOperator(
            ONNXSignature(3, Attribute("epsilon", .float)),
            { node in
                Description(Normalization(.instance, epsilon: node.float("epsilon") ?? 1e-5))
            }, gives: .common),
        "LRN": ONNXOperator(
            ONNXSignature(
                1, Attribute("size", .int), Attribute("alpha", .float), Attribute("beta", .float),
                Attribute("bias", .float)
            ),
            localResponseNormalization),
        "LayerNormalization": ONNXOperator(
            ONNXSignature(
                3, Attribute("axis", .int), Attribute("epsilon", .float), Attribute("stash_type", .int)),
            { node in
                Description(
                    [.normalized, .mean, .inverseDeviation].map { result in
                        Normalization(
                            .layer(axis: node.integer("axis") ?? -1), epsilon: node.float("epsilon") ?? 1e-5,
                            giving: result
                        )
                    })
            }, dropsOutputs: true),
        "LeakyRelu": ONNXOperator(
            ONNXSignature(1, Attribute("alpha", .float)),
            { node in Description(ActivationFunction.leakyReLU(slope: node.float("alpha") ?? 0.01)) }),
        "Less": ONNXOperator(.aligned, aligned(Comparison.less), gives: .boolean),
        "LessOrEqual": ONNXOperator(ONNXSignature(2), { _ in Description(Comparison.lessOrEqual) }, gives: .boolean),
        "Log": ONNXOperator(ONNXSignature(1), function(.logarithm)),
        "LogSoftmax": ONNXOperator(
            ONNXSignature(1, Attribute("axis", .int)),
            { node in Description(LogSoftmax(softmaxOperator(node))) }),
        "LpNormalization": ONNXOperator(ONNXSignature(1, Attribute("axis", .int), Attribute("p", .int)), normDivision),
        "LpPool": ONNXOperator(
            ONNXSignature(
                1, Attribute("kernel_shape", .ints), Attribute("p", .int), Attribute("pads", .ints),
                Attribute("strides", .ints), Attribute("auto_pad", .string), Attribute("ceil_mode", .int, since: 18),
                Attribute("dilations", .ints, since: 18)),
            { (node) throws(ModelError) in
                let p = node.integer("p") ?? 2
                guard (1...16).contains(p) else { throw node.badAttribute("p", "is \(p), not from 1 to 16") }
                return Description(NormPool(window: try slidingWindow(node), power: p))
            }),
        "MatMul": ONNXOperator(ONNXSignature(2), { _ in Description(MatMul()) }, gives: .common),
        "MatMulInteger": ONNXOperator(ONNXSignature(4), { _ in Description(IntegerMatMul()) }, gives: .integerSums),
        "Max": ONNXOperator(ONNXSignature(.max), { _ in Description(VariadicArithmetic.maximum) }, gives: .common),
        "MaxPool": ONNXOperator(
            ONNXSignature(
                1, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
                Attribute("auto_pad", .string), Attribute("storage_order", .int, since: 8),
                Attribute("ceil_mode", .int, since: 10), Attribute("dilations", .ints, since: 10)),
            maxPool, dropsOutputs: true),
        "Mean": ONNXOperator(ONNXSignature(.max), { _ in Description(VariadicArithmetic.mean) }, gives: .common),
        "Min": ONNXOperator(ONNXSignature(.max), { _ in Description(VariadicArithmetic.minimum) }, gives: .common),
        "Mish": ONNXOperator(ONNXSignature(1), function(.mish)),
        "Mod": ONNXOperator(
            ONNXSignature(2, Attribute("fmod", .int)),
            { node in Description(node.flag("fmod") ? BinaryArithmetic.remainder : .modulo) }, gives: .common),
        "Mul": ONNXOperator(.aligned, aligned(BinaryArithmetic.multiply), gives: .common),
        "Neg": ONNXOperator(ONNXSignature(1), function(.negation)),
        "Not": ONNXOperator(ONNXSignature(1), { _ in Description(Not()) }),
        "Or": ONNXOperator(.aligned, aligned(Logic.or), gives: .boolean),
        "PRelu": ONNXOperator(
            ONNXSignature(2),
            { node in Description(PReLU(slopesAreChannels: node.opset < 7)) }, gives: .common),
        "Pad": ONNXOperator(
            ONNXSignature(
                [(18, 4), (11, 3), (1, 1)], Attribute("mode", .string), Attribute("pads", .ints, until: 11),
                Attribute("value", .float, until: 11)),
            pad),
        "Pow": ONNXOperator(.aligned, aligned(BinaryArithmetic.power)),
        "QLinearConv": ONNXOperator(
            ONNXSignature(
                9, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
                Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string)),
            { (node) throws(ModelError) in
                Description(
                    QuantizedConvolution(try convolutionOperator(node), range: try integerRange(node, zeroPoint: 7)))
            }, gives: .quantizedSums),
        "QLinearMatMul": ONNXOperator(
            ONNXSignature(8),
            { (node) throws(ModelError) in
                Description(QuantizedMatMul(range: try integerRange(node, zeroPoint: 7)))
            }, gives: .quantizedSums),
        "QuantizeLinear": ONNXOperator(
            ONNXSignature(
                3, Attribute("axis", .int, since: 13), Attribute("saturate", .int, since: 19),
                Attribute("block_size", .int, since: 21), Attribute("output_dtype", .int, since: 21),
                Attribute("precision", .int, since: 23)),
            quantizeLinear, gives: .quantized),
        "Range": ONNXOperator(ONNXSignature(3), { _ in Description(Progression()) }),
        "Reciprocal": ONNXOperator(ONNXSignature(1), function(.reciprocal)),
        "ReduceL1": ONNXOperator(.reduction, reduction(.l1)),
        "ReduceL2": ONNXOperator(.reduction, reduction(.l2)),
        "ReduceLogSum": ONNXOperator(.reduction, reduction(.logarithmOfSum)),
        "ReduceLogSumExp": ONNXOperator(.reduction, reduction(.logarithmOfSumOfExponentials)),
        "ReduceMax": ONNXOperator(.reduction, reduction(.maximum)),
        "ReduceMean": ONNXOperator(.reduction, reduction(.mean)),
        "ReduceMin": ONNXOperator(.reduction, reduction(.minimum)),
        "ReduceProd": ONNXOperator(.reduction, reduction(.product)),
        "ReduceSum": ONNXOperator(
            ONNXSignature(
                [(13, 2), (1, 1)], Attribute("axes", .ints, until: 13), Attribute("keepdims", .int),
                Attribute("noop_with_empty_axes", .int, since: 13)),
            reduction(.sum)),
        "ReduceSumSquare": ONNXOperator(.reduction, reduction(.sumOfSquares)),
        "Relu": ONNXOperator(ONNXSignature(1), function(.relu)),
        "Reshape": ONNXOperator(
            ONNXSignature(2, Attribute("allowzero", .int, since: 14)),
            { node in Description(Reshape(allowsZero: node.flag("allowzero"))) }, gives: .reshaped),
        "Resize": ONNXOperator(
            ONNXSignature(
                [(11, 4), (1, 2)], Attribute("mode", .string),
                Attribute("coordinate_transformation_mode", .string, since: 11),
                Attribute("cubic_coeff_a", .float, since: 11), Attribute("exclude_outside", .int, since: 11),
                Attribute("extrapolation_value", .float, since: 11), Attribute("nearest_mode", .string, since: 11),
                Attribute("antialias", .int, since: 18), Attribute("axes", .ints, since: 18),
                Attribute("keep_aspect_ratio_policy", .string, since: 18)),
            resize),
        "Round": ONNXOperator(ONNXSignature(1), function(.round)),
        "ScatterElements": ONNXOperator(
            ONNXSignature(
                3, Attribute("axis", .int), Attribute("reduction", .string, since: 16)),
            { (node) throws(ModelError) in
                let reduction = node.string("reduction") ?? "none"
                guard reduction == "none" else {
                    throw node.badAttribute("reduction", "is \"\(reduction)\"; only none is supported")
                }
                return Description(ScatterElements(axis: node.integer("axis") ?? 0))
            }, gives: .scattered),
        "Selu": ONNXOperator(ONNXSignature(1, Attribute("alpha", .float), Attribute("gamma", .float)), selu),
        "Shape": ONNXOperator(
            ONNXSignature(1, Attribute("start", .int, since: 15), Attribute("end", .int, since: 15)),
            { node in Description(ShapeOf(start: node.integer("start") ?? 0, end: node.integer("end") ?? .max)) },
            gives: .integers),
        "Shrink": ONNXOperator(
            ONNXSignature(1, Attribute("bias", .float), Attribute("lambd", .float)),
            { node in
                Description(
                    ActivationFunction.shrink(bias: node.float("bias") ?? 0, limit: node.float("lambd") ?? 0.5))
            }),
        "Sigmoid": ONNXOperator(ONNXSignature(1), function(.sigmoid)),
        "Sign": ONNXOperator(ONNXSignature(1), function(.sign)),
        "Sin": ONNXOperator(ONNXSignature(1), function(.sine)),
        "Size": ONNXOperator(ONNXSignature(1), { _ in Description(SizeOf()) }, gives: .integers),
        "Slice": ONNXOperator(
            ONNXSignature(
                [(10, 5), (1, 1)], Attribute("starts", .ints, until: 10), Attribute("ends", .ints, until: 10),
                Attribute("axes", .ints, until: 10)),
            slice),
        "Softmax": ONNXOperator(
            ONNXSignature(1, Attribute("axis", .int)),
            { node in Description(softmaxOperator(node)) }),
        "Softplus": ONNXOperator(ONNXSignature(1), function(.softplus)),
        "Softsign": ONNXOperator(ONNXSignature(1), function(.softsign)),
        "SpaceToDepth": ONNXOperator(
            ONNXSignature(1, Attribute("blocksize", .int), Attribute("mode", .string)),
            spaceToDepth),
        "Split": ONNXOperator(
            ONNXSignature(
                [(13, 2), (1, 1)], Attribute("axis", .int), Attribute("split", .ints, until: 13),
                Attribute("num_outputs", .int, since: 18)),
            split),
        "Sqrt": ONNXOperator(ONNXSignature(1), function(.squareRoot)),
        "Squeeze": ONNXOperator(
            ONNXSignature([(13, 2), (1, 1)], Attribute("axes", .ints, until: 13)),
            { node in Description(Squeeze(), constants: axes(node, inputSince: 13)) }, gives: .reshaped),
        "Sub": ONNXOperator(.aligned, aligned(BinaryArithmetic.subtract), gives: .common),
        "Sum": ONNXOperator(ONNXSignature(.max), { _ in Description(VariadicArithmetic.sum) }, gives: .common),
        "Swish": ONNXOperator(
            ONNXSignature(1, Attribute("alpha", .float)),
            { node in Description(ActivationFunction.swish(alpha: node.float("alpha") ?? 1)) }),
        "Tanh": ONNXOperator(ONNXSignature(1), function(.tanh)),
        "ThresholdedRelu": ONNXOperator(
            ONNXSignature(1, Attribute("alpha", .float)),
            { node in
                Description(ActivationFunction.thresholdedReLU(alpha: node.float("alpha") ?? 1))
            }),
        "Tile": ONNXOperator(ONNXSignature(2), { _ in Description(Tile()) }),
        "TopK": ONNXOperator(
            ONNXSignature(
                [(10, 2), (1, 1)], Attribute("axis", .int), Attribute("k", .int, until: 10),
                Attribute("largest", .int, since: 11), Attribute("sorted", .int, since: 11)),
            topK, gives: .firstAndPlaces, dropsOutputs: true),
        "Transpose": ONNXOperator(
            ONNXSignature(1, Attribute("perm", .ints)),
            { node in Description(Transpose(permutation: node.integers("perm"))) }),
        "Unsqueeze": ONNXOperator(
            ONNXSignature([(13, 2), (1, 1)], Attribute("axes", .ints, until: 13)),
            { node in Description(Unsqueeze(), constants: axes(node, inputSince: 13)) }, gives: .reshaped),
        "Upsample": ONNXOperator(
            ONNXSignature(
                [(9, 2), (1, 1)], Attribute("mode", .string), Attribute("scales", .floats, until: 9)),
            upsample),
        "Where": ONNXOperator(ONNXSignature(3), { _ in Description(Where()) }, gives: .chosen),
        "Xor": ONNXOperator(.aligned, aligned(Logic.exclusiveOr), gives: .boolean),
    ]
}

extension ONNXSignature {
    fileprivate static let aligned = ONNXSignature(
        2, Attribute("axis", .int, until: 7), Attribute("broadcast", .int, until: 7))

    fileprivate static let argExtreme = ONNXSignature(
        1, Attribute("axis", .int), Attribute("keepdims", .int), Attribute("select_last_index", .int, since: 12))

    fileprivate static let reduction = ONNXSignature(
        [(18, 2), (1, 1)], Attribute("axes", .ints, until: 18), Attribute("keepdims", .int),
        Attribute("noop_with_empty_axes", .int, since: 18))
}
