import NetworkGraph
import Tensors

/// How each ONNX operator's attributes, in every version from opset 6 on, become an ``NetworkGraph/Operator``.
enum ONNXOperators {
    /// An operator, and how a node's inputs become its inputs.
    struct Description {
        /// One; or one for each output, where these are computed apart from the same inputs.
        let operators: [any Operator]
        /// Constants to give as inputs at some positions.
        var constants: [Int: AnyTensor] = [:]
        /// At which position the operator takes each of the node's inputs; the rest stay where they are.
        var places: [Int] = []

        init(_ operator: any Operator, constants: [Int: AnyTensor] = [:], places: [Int] = []) {
            self.init([`operator`], constants: constants, places: places)
        }

        init(_ operators: [any Operator], constants: [Int: AnyTensor] = [:], places: [Int] = []) {
            self.operators = operators
            self.constants = constants
            self.places = places
        }
    }

    typealias Reader = @Sendable (ONNXNodeReader) throws(ModelError) -> Description

    static let readers: [String: Reader] = [
        "Abs": function(.absolute),
        "Add": aligned(BinaryArithmetic.add),
        "And": aligned(Logic.and),
        "ArgMax": argExtreme(isMaximum: true),
        "ArgMin": argExtreme(isMaximum: false),
        "AveragePool": averagePool,
        "BatchNormalization": batchNormalization,
        "Cast": cast,
        "Ceil": function(.ceiling),
        "Celu": { node in Description(ActivationFunction.celu(alpha: node.float("alpha") ?? 1)) },
        "Clip": clip,
        "Concat": concat,
        "ConstantOfShape": { (node) throws(ModelError) in
            Description(try node.tensor("value").map(ConstantOfShape.init) ?? ConstantOfShape())
        },
        "Conv": convolution,
        "ConvInteger": { (node) throws(ModelError) in Description(IntegerConvolution(try convolutionOperator(node))) },
        "ConvTranspose": transposedConvolution,
        "Cos": function(.cosine),
        "CumSum": { node in
            Description(CumulativeSum(isExclusive: node.flag("exclusive"), isReversed: node.flag("reverse")))
        },
        "DepthToSpace": depthToSpace,
        "DequantizeLinear": { node in Description(DequantizeLinear(groups: quantizationGroups(node))) },
        "Div": aligned(BinaryArithmetic.divide),
        "Dropout": dropout,
        "DynamicQuantizeLinear": { _ in
            Description(DynamicQuantizeLinear.Result.allCases.map(DynamicQuantizeLinear.init))
        },
        "Elu": { node in Description(ActivationFunction.elu(alpha: node.float("alpha") ?? 1)) },
        "Equal": aligned(Comparison.equal),
        "Erf": function(.errorFunction),
        "Exp": function(.exponential),
        "Expand": { _ in Description(Expand()) },
        "Flatten": flatten,
        "Floor": function(.floor),
        "Gather": { node in Description(Gather(axis: node.integer("axis") ?? 0)) },
        "GatherElements": { node in Description(GatherElements(axis: node.integer("axis") ?? 0)) },
        "Gelu": gelu,
        "Gemm": gemm,
        "GlobalAveragePool": { _ in Description(GlobalAveragePool()) },
        "GlobalMaxPool": { _ in Description(GlobalMaxPool()) },
        "Greater": aligned(Comparison.greater),
        "GreaterOrEqual": { _ in Description(Comparison.greaterOrEqual) },
        "GroupNormalization": groupNormalization,
        "HardSigmoid": { node in
            Description(
                ActivationFunction.hardSigmoid(alpha: node.float("alpha") ?? 0.2, beta: node.float("beta") ?? 0.5))
        },
        "HardSwish": function(.hardSwish),
        "Hardmax": { node in Description(Hardmax(softmaxOperator(node))) },
        "Identity": function(.identity),
        "InstanceNormalization": { node in
            Description(Normalization(.instance, epsilon: node.float("epsilon") ?? 1e-5))
        },
        "LRN": localResponseNormalization,
        "LayerNormalization": { node in
            Description(
                [.normalized, .mean, .inverseDeviation].map { result in
                    Normalization(
                        .layer(axis: node.integer("axis") ?? -1), epsilon: node.float("epsilon") ?? 1e-5, giving: result
                    )
                })
        },
        "LeakyRelu": { node in Description(ActivationFunction.leakyReLU(slope: node.float("alpha") ?? 0.01)) },
        "Less": aligned(Comparison.less),
        "LessOrEqual": { _ in Description(Comparison.lessOrEqual) },
        "Log": function(.logarithm),
        "LogSoftmax": { node in Description(LogSoftmax(softmaxOperator(node))) },
        "LpNormalization": normDivision,
        "MatMul": { _ in Description(MatMul()) },
        "MatMulInteger": { _ in Description(IntegerMatMul()) },
        "Max": { _ in Description(VariadicArithmetic.maximum) },
        "MaxPool": maxPool,
        "Mean": { _ in Description(VariadicArithmetic.mean) },
        "Min": { _ in Description(VariadicArithmetic.minimum) },
        "Mish": function(.mish),
        "Mod": { node in Description(node.flag("fmod") ? BinaryArithmetic.remainder : .modulo) },
        "Mul": aligned(BinaryArithmetic.multiply),
        "Neg": function(.negation),
        "Not": { _ in Description(Not()) },
        "Or": aligned(Logic.or),
        "PRelu": { node in Description(PReLU(slopesAreChannels: node.opset < 7)) },
        "Pad": pad,
        "Pow": aligned(BinaryArithmetic.power),
        "QLinearConv": { (node) throws(ModelError) in
            Description(
                QuantizedConvolution(try convolutionOperator(node), range: try integerRange(node, zeroPoint: 7)))
        },
        "QLinearMatMul": { (node) throws(ModelError) in
            Description(QuantizedMatMul(range: try integerRange(node, zeroPoint: 7)))
        },
        "QuantizeLinear": quantizeLinear,
        "Range": { _ in Description(Progression()) },
        "Reciprocal": function(.reciprocal),
        "ReduceL1": reduction(.l1),
        "ReduceL2": reduction(.l2),
        "ReduceLogSum": reduction(.logarithmOfSum),
        "ReduceLogSumExp": reduction(.logarithmOfSumOfExponentials),
        "ReduceMax": reduction(.maximum),
        "ReduceMean": reduction(.mean),
        "ReduceMin": reduction(.minimum),
        "ReduceProd": reduction(.product),
        "ReduceSum": reduction(.sum),
        "ReduceSumSquare": reduction(.sumOfSquares),
        "Relu": function(.relu),
        "Reshape": { node in Description(Reshape(allowsZero: node.flag("allowzero"))) },
        "Resize": resize,
        "Round": function(.round),
        "ScatterElements": { (node) throws(ModelError) in
            let reduction = node.string("reduction") ?? "none"
            guard reduction == "none" else {
                throw node.badAttribute("reduction", "is \"\(reduction)\"; only none is supported")
            }
            return Description(ScatterElements(axis: node.integer("axis") ?? 0))
        },
        "Selu": selu,
        "Shape": { node in Description(ShapeOf(start: node.integer("start") ?? 0, end: node.integer("end") ?? .max)) },
        "Sigmoid": function(.sigmoid),
        "Sign": function(.sign),
        "Sin": function(.sine),
        "Size": { _ in Description(SizeOf()) },
        "Slice": slice,
        "Softmax": { node in Description(softmaxOperator(node)) },
        "Softplus": function(.softplus),
        "Softsign": function(.softsign),
        "SpaceToDepth": spaceToDepth,
        "Split": split,
        "Sqrt": function(.squareRoot),
        "Squeeze": { node in Description(Squeeze(), constants: axes(node, inputSince: 13)) },
        "Sub": aligned(BinaryArithmetic.subtract),
        "Sum": { _ in Description(VariadicArithmetic.sum) },
        "Swish": { node in Description(ActivationFunction.swish(alpha: node.float("alpha") ?? 1)) },
        "Tanh": function(.tanh),
        "ThresholdedRelu": { node in
            Description(ActivationFunction.thresholdedReLU(alpha: node.float("alpha") ?? 1))
        },
        "Tile": { _ in Description(Tile()) },
        "TopK": topK,
        "Transpose": { node in Description(Transpose(permutation: node.integers("perm"))) },
        "Unsqueeze": { node in Description(Unsqueeze(), constants: axes(node, inputSince: 13)) },
        "Upsample": upsample,
        "Where": { _ in Description(Where()) },
        "Xor": aligned(Logic.exclusiveOr),
    ]

    private static func function(_ function: ActivationFunction) -> Reader { { _ in Description(function) } }

    /// Before opset 7 an axis could be named to align B with; without one, shapes are aligned as today.
    private static func aligned(_ operation: any Operator) -> Reader {
        { (node) throws(ModelError) in
            guard node.opset >= 7 || node.integer("axis") == nil else {
                throw node.badAttribute("axis", "is set; only shapes aligned from the back are supported")
            }
            return Description(operation)
        }
    }

    private static let averagePool: Reader = { (node) throws(ModelError) in
        Description(
            AveragePool(window: try slidingWindow(node), countsPadding: node.flag("count_include_pad")))
    }

    private static let batchNormalization: Reader = { (node) throws(ModelError) in
        guard !node.flag("training_mode") else {
            throw node.badAttribute("training_mode", "is set; only inference is supported")
        }
        guard node.opset >= 7 || node.flag("is_test") else {
            throw node.badAttribute("is_test", "is not set; only inference is supported")
        }
        guard node.integer("spatial") ?? 1 == 1 else {
            throw node.badAttribute("spatial", "is 0; only statistics for each channel are supported")
        }
        return Description(BatchNormalization(epsilon: node.float("epsilon") ?? 1e-5))
    }

    private static let clip: Reader = { (node) throws(ModelError) in
        guard node.opset < 11 else { return Description(Clip()) }
        var limits = [Int: AnyTensor]()
        limits[1] = node.float("min").map { .float32(Tensor([], [$0])) }
        limits[2] = node.float("max").map { .float32(Tensor([], [$0])) }
        return Description(Clip(), constants: limits)
    }

    private static let concat: Reader = { (node) throws(ModelError) in
        guard let axis = node.integer("axis") else { throw node.badAttribute("axis", "is missing") }
        return Description(Concat(axis: axis))
    }

    private static let convolution: Reader = { (node) throws(ModelError) in
        Description(try convolutionOperator(node))
    }

    static func convolutionOperator(_ node: ONNXNodeReader) throws(ModelError) -> Convolution {
        Convolution(
            kernel: node.integers("kernel_shape"), strides: node.integers("strides"),
            dilations: node.integers("dilations"), padding: try padding(node), groups: node.integer("group") ?? 1)
    }

    /// Dropout does nothing outside training.
    private static let dropout: Reader = { (node) throws(ModelError) in
        guard node.opset >= 7 || node.flag("is_test") else {
            throw node.badAttribute("is_test", "is not set; only inference is supported")
        }
        guard node.proto.input.count < 3 || node.proto.input[2].isEmpty else {
            throw node.unsupported("with an input for training_mode is not supported, only for inference")
        }
        return Description(ActivationFunction.identity)
    }

    private static let flatten: Reader = { (node) throws(ModelError) in
        let axis = node.integer("axis") ?? 1
        guard node.opset >= 11 || axis >= 0 else {
            throw node.badAttribute("axis", "is \(axis); before version 11 of the operator set it counts from 0 on")
        }
        return Description(Flatten(axis: axis))
    }

    private static let gemm: Reader = { (node) throws(ModelError) in
        Description(
            Gemm(
                alpha: node.float("alpha") ?? 1, beta: node.float("beta") ?? 1, transposesA: node.flag("transA"),
                transposesB: node.flag("transB")))
    }

    private static let maxPool: Reader = { (node) throws(ModelError) in
        Description(MaxPool(window: try slidingWindow(node)))
    }

    private static func softmaxOperator(_ node: ONNXNodeReader) -> Softmax {
        let flattens = node.opset < 13
        return Softmax(axis: node.integer("axis") ?? (flattens ? 1 : -1), spansFollowingAxes: flattens)
    }

    private static func argExtreme(isMaximum: Bool) -> Reader {
        { node in
            Description(
                ArgExtreme(
                    isMaximum: isMaximum, axis: node.integer("axis") ?? 0, keepsAxis: node.integer("keepdims") != 0,
                    takesLast: node.flag("select_last_index")))
        }
    }

    private static let cast: Reader = { (node) throws(ModelError) in
        guard let number = node.integer("to") else { throw node.badAttribute("to", "is missing") }
        guard let target = Cast.Target(onnx: Int32(clamping: number)) else {
            throw node.badAttribute(
                "to", "is \(ElementType.name(onnx: Int32(clamping: number))), which is not supported")
        }
        return Description(Cast(to: target))
    }

    private static let depthToSpace: Reader = { (node) throws(ModelError) in
        guard let block = node.integer("blocksize") else { throw node.badAttribute("blocksize", "is missing") }
        let mode = node.string("mode") ?? "DCR"
        guard ["DCR", "CRD"].contains(mode) else {
            throw node.badAttribute("mode", "is \"\(mode)\", not DCR or CRD")
        }
        return Description(DepthToSpace(block: block, isColumnRowDepth: mode == "CRD"))
    }

    private static let spaceToDepth: Reader = { (node) throws(ModelError) in
        guard let block = node.integer("blocksize") else { throw node.badAttribute("blocksize", "is missing") }
        guard node.string("mode") ?? "DCR" == "DCR" else { throw node.badAttribute("mode", "is not DCR") }
        return Description(SpaceToDepth(block: block))
    }

    private static let gelu: Reader = { (node) throws(ModelError) in
        let approximation = node.string("approximate") ?? "none"
        guard ["none", "tanh"].contains(approximation) else {
            throw node.badAttribute("approximate", "is \"\(approximation)\", not none or tanh")
        }
        return Description(ActivationFunction.gelu(byTanh: approximation == "tanh"))
    }

    private static let groupNormalization: Reader = { (node) throws(ModelError) in
        guard node.opset >= 21 else {
            throw node.unsupported("before version 21 of the operator set is not supported; it scaled by groups")
        }
        guard let groups = node.integer("num_groups") else { throw node.badAttribute("num_groups", "is missing") }
        return Description(Normalization(.group(count: groups), epsilon: node.float("epsilon") ?? 1e-5))
    }

    private static let localResponseNormalization: Reader = { (node) throws(ModelError) in
        guard let size = node.integer("size") else { throw node.badAttribute("size", "is missing") }
        return Description(
            LocalResponseNormalization(
                size: size, alpha: node.float("alpha") ?? 1e-4, beta: node.float("beta") ?? 0.75,
                bias: node.float("bias") ?? 1))
    }

    private static let normDivision: Reader = { (node) throws(ModelError) in
        let p = node.integer("p") ?? 2
        guard p == 1 || p == 2 else { throw node.badAttribute("p", "is \(p), not 1 or 2") }
        return Description(NormDivision(axis: node.integer("axis") ?? -1, isOfMagnitudes: p == 1))
    }

    private static let pad: Reader = { (node) throws(ModelError) in
        let name = node.string("mode") ?? "constant"
        guard let mode = Pad.Mode(rawValue: name) else {
            throw node.badAttribute("mode", "is \"\(name)\", not constant, reflect, edge or wrap")
        }
        guard node.opset < 11 else { return Description(Pad(mode: mode)) }
        guard let pads = node.integers("pads") else { throw node.badAttribute("pads", "is missing") }
        return Description(
            Pad(mode: mode), constants: [1: integers(pads), 2: .float32(Tensor([], [node.float("value") ?? 0]))])
    }

    private static func reduction(_ function: Reduction.Function) -> Reader {
        { node in
            Description(
                Reduction(
                    function, keepsAxes: node.integer("keepdims") != 0,
                    passesWithoutAxes: node.flag("noop_with_empty_axes")),
                constants: axes(node, inputSince: function == .sum ? 13 : 18))
        }
    }

    private static let selu: Reader = { node in
        Description(
            ActivationFunction.selu(
                alpha: node.float("alpha") ?? 1.67326319217681884765625,
                gamma: node.float("gamma") ?? 1.05070102214813232421875))
    }

    private static let slice: Reader = { (node) throws(ModelError) in
        guard node.opset < 10 else { return Description(Slice()) }
        guard let starts = node.integers("starts"), let ends = node.integers("ends") else {
            throw node.badAttribute(node.integers("starts") == nil ? "starts" : "ends", "is missing")
        }
        var constants = [1: integers(starts), 2: integers(ends)]
        constants[3] = node.integers("axes").map(integers)
        return Description(Slice(), constants: constants)
    }

    private static let split: Reader = { (node) throws(ModelError) in
        let parts = node.proto.output.count
        if let declared = node.integer("num_outputs"), declared != parts {
            throw node.badAttribute("num_outputs", "is \(declared), but the node has \(parts) outputs")
        }
        var constants = [Int: AnyTensor]()
        if node.opset < 13 { constants[1] = node.integers("split").map(integers) }
        return Description(
            (0..<parts).map { SplitPart(axis: node.integer("axis") ?? 0, part: $0, of: parts) }, constants: constants)
    }

    private static let topK: Reader = { (node) throws(ModelError) in
        var constants = [Int: AnyTensor]()
        if node.opset < 10 {
            guard let count = node.integer("k") else { throw node.badAttribute("k", "is missing") }
            constants[1] = integers([count])
        }
        return Description(
            [false, true].map { givesPlaces in
                TopK(
                    axis: node.integer("axis") ?? -1, isLargest: node.integer("largest") != 0,
                    givesPlaces: givesPlaces)
            }, constants: constants)
    }

    private static let transposedConvolution: Reader = { (node) throws(ModelError) in
        let shape = node.integers("output_shape").map {
            TransposedConvolution.Padding.outputShape($0, isLower: node.string("auto_pad") == "SAME_LOWER")
        }
        let padding = try padding(node)
        return Description(
            TransposedConvolution(
                kernel: node.integers("kernel_shape"), strides: node.integers("strides"),
                dilations: node.integers("dilations"), padding: shape ?? .init(padding),
                outputPadding: node.integers("output_padding"), groups: node.integer("group") ?? 1))
    }

    // MARK: Attributes that operators share

    /// The axes of an operator, an attribute before some version and an input since.
    private static func axes(_ node: ONNXNodeReader, inputSince version: Int) -> [Int: AnyTensor] {
        guard node.opset < version, let axes = node.integers("axes") else { return [:] }
        return [1: integers(axes)]
    }

    private static func integers(_ list: [Int]) -> AnyTensor { .int64(Tensor([list.count], list.map(Int64.init))) }

    private static func slidingWindow(_ node: ONNXNodeReader) throws(ModelError) -> SlidingWindow {
        guard let kernel = node.integers("kernel_shape") else { throw node.badAttribute("kernel_shape", "is missing") }
        guard node.string("auto_pad") != "VALID" || !node.flag("ceil_mode") else {
            throw node.badAttribute(
                "ceil_mode", "is set with auto_pad VALID, where the specification and its implementations differ")
        }
        let padding = try padding(node)
        if case .explicit(let begin, let end)? = padding,
            zip(begin + end, kernel + kernel).contains(where: { $0 >= $1 })
        {
            throw node.badAttribute("pads", "are \(begin + end), where less than the kernel \(kernel) is right")
        }
        return SlidingWindow(
            kernel: kernel, strides: node.integers("strides"), dilations: node.integers("dilations"),
            padding: padding, ceilMode: node.flag("ceil_mode"))
    }

    private static func padding(_ node: ONNXNodeReader) throws(ModelError) -> SlidingWindow.Padding? {
        let automatic = node.string("auto_pad") ?? "NOTSET"
        if !["NOTSET", ""].contains(automatic), let pads = node.integers("pads"), pads.contains(where: { $0 != 0 }) {
            throw node.badAttribute(
                "pads", "are \(pads), but auto_pad is \(automatic), which says itself how far to pad")
        }
        switch automatic {
        case "NOTSET", "":
            guard let pads = node.integers("pads") else { return nil }
            guard pads.count.isMultiple(of: 2) else {
                throw node.badAttribute("pads", "has \(pads.count) numbers, where two for each spatial axis are needed")
            }
            return .explicit(begin: Array(pads[..<(pads.count / 2)]), end: Array(pads[(pads.count / 2)...]))
        case "VALID": return nil
        case "SAME_UPPER": return .sameUpper
        case "SAME_LOWER": return .sameLower
        case let other:
            throw node.badAttribute("auto_pad", "is \"\(other)\", not NOTSET, VALID, SAME_UPPER or SAME_LOWER")
        }
    }
}
