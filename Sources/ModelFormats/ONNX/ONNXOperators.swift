import NetworkGraph
import Tensors

/// How each ONNX operator's attributes, in every version from opset 6 on, become an ``NetworkGraph/Operator``.
enum ONNXOperators {
    /// An operator, and the constants to give it as inputs at some positions.
    struct Description {
        let `operator`: any Operator
        var constants: [Int: AnyTensor] = [:]

        init(_ operator: any Operator, constants: [Int: AnyTensor] = [:]) {
            self.operator = `operator`
            self.constants = constants
        }
    }

    typealias Reader = @Sendable (ONNXNodeReader) throws(ModelError) -> Description

    static let readers: [String: Reader] = [
        "Add": aligned(BinaryArithmetic.add),
        "AveragePool": averagePool,
        "BatchNormalization": batchNormalization,
        "Clip": clip,
        "Concat": concat,
        "Conv": convolution,
        "Div": aligned(BinaryArithmetic.divide),
        "Dropout": dropout,
        "Flatten": flatten,
        "Gemm": gemm,
        "GlobalAveragePool": { _ in Description(GlobalAveragePool()) },
        "Greater": aligned(Comparison.greater),
        "GreaterOrEqual": { _ in Description(Comparison.greaterOrEqual) },
        "Identity": { _ in Description(ActivationFunction.identity) },
        "LeakyRelu": { node in Description(ActivationFunction.leakyReLU(slope: node.float("alpha") ?? 0.01)) },
        "Less": aligned(Comparison.less),
        "LessOrEqual": { _ in Description(Comparison.lessOrEqual) },
        "MatMul": { _ in Description(MatMul()) },
        "MaxPool": maxPool,
        "Mul": aligned(BinaryArithmetic.multiply),
        "Not": { _ in Description(Not()) },
        "PRelu": { node in Description(PReLU(slopesAreChannels: node.opset < 7)) },
        "Relu": { _ in Description(ActivationFunction.relu) },
        "Reshape": { node in Description(Reshape(allowsZero: node.flag("allowzero"))) },
        "Sigmoid": { _ in Description(ActivationFunction.sigmoid) },
        "Softmax": softmax,
        "Squeeze": { node in Description(Squeeze(), constants: axes(node)) },
        "Sub": aligned(BinaryArithmetic.subtract),
        "Transpose": { node in Description(Transpose(permutation: node.integers("perm"))) },
        "Unsqueeze": { node in Description(Unsqueeze(), constants: axes(node)) },
        "Where": { _ in Description(Where()) },
    ]

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
        Description(
            Convolution(
                kernel: node.integers("kernel_shape"), strides: node.integers("strides"),
                dilations: node.integers("dilations"), padding: try padding(node), groups: node.integer("group") ?? 1))
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

    private static let softmax: Reader = { (node) throws(ModelError) in
        let flattens = node.opset < 13
        return Description(
            Softmax(axis: node.integer("axis") ?? (flattens ? 1 : -1), spansFollowingAxes: flattens))
    }

    // MARK: Attributes that operators share

    /// The axes of Squeeze and Unsqueeze, an attribute before opset 13 and an input since.
    private static func axes(_ node: ONNXNodeReader) -> [Int: AnyTensor] {
        guard node.opset < 13, let axes = node.integers("axes") else { return [:] }
        return [1: .int64(Tensor([axes.count], axes.map(Int64.init)))]
    }

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
