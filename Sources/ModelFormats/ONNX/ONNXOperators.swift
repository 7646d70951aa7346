import NetworkGraph
import Tensors

/// How each ONNX operator's attributes, in every version from opset 6 on, become an ``NetworkGraph/Operator``.
enum ONNXOperators {
    /// An operator, and how a node's inputs map to its inputs.
    struct Description {
        /// One; or one for each output, if these are computed separately from the same inputs.
        let operators: [any Operator]
        /// Constants to use as inputs at some positions.
        var constants: [Int: AnyTensor] = [:]
        /// The operator's position for each of the node's inputs; the rest keep theirs.
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

    static func function(_ function: ActivationFunction) -> Reader { { _ in Description(function) } }

    /// Before opset 7, an axis could be given to align B with; without one, shapes align as they do today.
    static func aligned(_ operation: any Operator) -> Reader {
        { (node) throws(ModelError) in
            guard node.opset >= 7 || node.integer("axis") == nil else {
                throw node.badAttribute("axis", "is set; only shapes aligned from the back are supported")
            }
            return Description(operation)
        }
    }

    static let averagePool: Reader = { (node) throws(ModelError) in
        Description(
            AveragePool(window: try slidingWindow(node), countsPadding: node.flag("count_include_pad")))
    }

    static let batchNormalization: Reader = { (node) throws(ModelError) in
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

    static let clip: Reader = { (node) throws(ModelError) in
        guard node.opset < 11 else { return Description(Clip()) }
        var limits = [Int: AnyTensor]()
        limits[1] = node.float("min").map { .float32(Tensor([], [$0])) }
        limits[2] = node.float("max").map { .float32(Tensor([], [$0])) }
        return Description(Clip(), constants: limits)
    }

    static let concat: Reader = { (node) throws(ModelError) in
        guard let axis = node.integer("axis") else { throw node.badAttribute("axis", "is missing") }
        return Description(Concat(axis: axis))
    }

    static let convolution: Reader = { (node) throws(ModelError) in
        Description(try convolutionOperator(node))
    }

    static func convolutionOperator(_ node: ONNXNodeReader) throws(ModelError) -> Convolution {
        Convolution(
            kernel: node.integers("kernel_shape"), strides: node.integers("strides"),
            dilations: node.integers("dilations"), padding: try padding(node), groups: node.integer("group") ?? 1)
    }

    /// Dropout does nothing outside training.
    static let dropout: Reader = { (node) throws(ModelError) in
        guard node.opset >= 7 || node.flag("is_test") else {
            throw node.badAttribute("is_test", "is not set; only inference is supported")
        }
        guard node.proto.input.count < 3 || node.proto.input[2].isEmpty else {
            throw node.unsupported("with an input for training_mode is not supported, only for inference")
        }
        return Description(ActivationFunction.identity)
    }

    static let flatten: Reader = { (node) throws(ModelError) in
        let axis = node.integer("axis") ?? 1
        guard node.opset >= 11 || axis >= 0 else {
            throw node.badAttribute("axis", "is \(axis); before version 11 of the operator set it counts from 0 on")
        }
        return Description(Flatten(axis: axis))
    }

    static let gemm: Reader = { (node) throws(ModelError) in
        Description(
            Gemm(
                alpha: node.float("alpha") ?? 1, beta: node.float("beta") ?? 1, transposesA: node.flag("transA"),
                transposesB: node.flag("transB")))
    }

    static let maxPool: Reader = { (node) throws(ModelError) in
        Description(MaxPool(window: try slidingWindow(node)))
    }

    static func softmaxOperator(_ node: ONNXNodeReader) -> Softmax {
        let flattens = node.opset < 13
        return Softmax(axis: node.integer("axis") ?? (flattens ? 1 : -1), spansFollowingAxes: flattens)
    }

    static func argExtreme(isMaximum: Bool) -> Reader {
        { node in
            Description(
                ArgExtreme(
                    isMaximum: isMaximum, axis: node.integer("axis") ?? 0, keepsAxis: node.integer("keepdims") != 0,
                    takesLast: node.flag("select_last_index")))
        }
    }

    static let cast: Reader = { (node) throws(ModelError) in
        guard let number = node.integer("to") else { throw node.badAttribute("to", "is missing") }
        guard let target = Cast.Target(onnx: Int32(clamping: number)) else {
            throw node.badAttribute(
                "to", "is \(ElementType.name(onnx: Int32(clamping: number))), which is not supported")
        }
        return Description(Cast(to: target))
    }

    static let depthToSpace: Reader = { (node) throws(ModelError) in
        guard let block = node.integer("blocksize") else { throw node.badAttribute("blocksize", "is missing") }
        let mode = node.string("mode") ?? "DCR"
        guard ["DCR", "CRD"].contains(mode) else {
            throw node.badAttribute("mode", "is \"\(mode)\", not DCR or CRD")
        }
        return Description(DepthToSpace(block: block, isColumnRowDepth: mode == "CRD"))
    }

    static let spaceToDepth: Reader = { (node) throws(ModelError) in
        guard let block = node.integer("blocksize") else { throw node.badAttribute("blocksize", "is missing") }
        guard node.string("mode") ?? "DCR" == "DCR" else { throw node.badAttribute("mode", "is not DCR") }
        return Description(SpaceToDepth(block: block))
    }

    static let gelu: Reader = { (node) throws(ModelError) in
        let approximation = node.string("approximate") ?? "none"
        guard ["none", "tanh"].contains(approximation) else {
            throw node.badAttribute("approximate", "is \"\(approximation)\", not none or tanh")
        }
        return Description(ActivationFunction.gelu(byTanh: approximation == "tanh"))
    }

    static let groupNormalization: Reader = { (node) throws(ModelError) in
        guard node.opset >= 21 else {
            throw node.unsupported("before version 21 of the operator set is not supported; it scaled by groups")
        }
        guard let groups = node.integer("num_groups") else { throw node.badAttribute("num_groups", "is missing") }
        return Description(Normalization(.group(count: groups), epsilon: node.float("epsilon") ?? 1e-5))
    }

    static let localResponseNormalization: Reader = { (node) throws(ModelError) in
        guard let size = node.integer("size") else { throw node.badAttribute("size", "is missing") }
        return Description(
            LocalResponseNormalization(
                size: size, alpha: node.float("alpha") ?? 1e-4, beta: node.float("beta") ?? 0.75,
                bias: node.float("bias") ?? 1))
    }

    static let normDivision: Reader = { (node) throws(ModelError) in
        let p = node.integer("p") ?? 2
        guard p == 1 || p == 2 else { throw node.badAttribute("p", "is \(p), not 1 or 2") }
        return Description(NormDivision(axis: node.integer("axis") ?? -1, isOfMagnitudes: p == 1))
    }

    static let pad: Reader = { (node) throws(ModelError) in
        let name = node.string("mode") ?? "constant"
        guard let mode = Pad.Mode(rawValue: name) else {
            throw node.badAttribute("mode", "is \"\(name)\", not constant, reflect, edge or wrap")
        }
        guard node.opset < 11 else { return Description(Pad(mode: mode)) }
        guard let pads = node.integers("pads") else { throw node.badAttribute("pads", "is missing") }
        return Description(
            Pad(mode: mode), constants: [1: integers(pads), 2: .float32(Tensor([], [node.float("value") ?? 0]))])
    }

    static func reduction(_ function: Reduction.Function) -> Reader {
        { node in
            Description(
                Reduction(
                    function, keepsAxes: node.integer("keepdims") != 0,
                    passesWithoutAxes: node.flag("noop_with_empty_axes")),
                constants: axes(node, inputSince: function == .sum ? 13 : 18))
        }
    }

    static let selu: Reader = { node in
        Description(
            ActivationFunction.selu(
                alpha: node.float("alpha") ?? 1.67326319217681884765625,
                gamma: node.float("gamma") ?? 1.05070102214813232421875))
    }

    static let slice: Reader = { (node) throws(ModelError) in
        guard node.opset < 10 else { return Description(Slice()) }
        guard let starts = node.integers("starts"), let ends = node.integers("ends") else {
            throw node.badAttribute(node.integers("starts") == nil ? "starts" : "ends", "is missing")
        }
        var constants = [1: integers(starts), 2: integers(ends)]
        constants[3] = node.integers("axes").map(integers)
        return Description(Slice(), constants: constants)
    }

    static let split: Reader = { (node) throws(ModelError) in
        let parts = node.proto.output.count
        if let declared = node.integer("num_outputs"), declared != parts {
            throw node.badAttribute("num_outputs", "is \(declared), but the node has \(parts) outputs")
        }
        var constants = [Int: AnyTensor]()
        if node.opset < 13 { constants[1] = node.integers("split").map(integers) }
        return Description(
            (0..<parts).map { SplitPart(axis: node.integer("axis") ?? 0, part: $0, of: parts) }, constants: constants)
    }

    static let topK: Reader = { (node) throws(ModelError) in
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

    static let transposedConvolution: Reader = { (node) throws(ModelError) in
        let shape = node.integers("output_shape").map {
            TransposedConvolution.Padding.outputShape($0, isLower: node.string("auto_pad") != "SAME_UPPER")
        }
        let padding = try padding(node)
        return Description(
            TransposedConvolution(
                kernel: node.integers("kernel_shape"), strides: node.integers("strides"),
                dilations: node.integers("dilations"), padding: shape ?? .init(padding),
                outputPadding: node.integers("output_padding"), groups: node.integer("group") ?? 1))
    }

    // MARK: Attributes that operators share

    /// The axes of an operator: an attribute before some version, an input since.
    static func axes(_ node: ONNXNodeReader, inputSince version: Int) -> [Int: AnyTensor] {
        guard node.opset < version, let axes = node.integers("axes") else { return [:] }
        return [1: integers(axes)]
    }

    static func integers(_ list: [Int]) -> AnyTensor { .int64(Tensor([list.count], list.map(Int64.init))) }

    static func slidingWindow(_ node: ONNXNodeReader) throws(ModelError) -> SlidingWindow {
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

    static func padding(_ node: ONNXNodeReader) throws(ModelError) -> SlidingWindow.Padding? {
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
