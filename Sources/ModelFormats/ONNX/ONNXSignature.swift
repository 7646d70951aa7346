/// The attributes and inputs that an ONNX operator has, by the version of the operator set (onnx, docs/Operators.md).
struct ONNXSignature {
    let attributes: [Attribute]
    /// The most inputs from some version on, the latest version first.
    let mostInputs: [(since: Int, count: Int)]

    /// AttributeProto.AttributeType of onnx.proto.
    enum AttributeType: Int32 {
        case undefined = 0, float, int, string, tensor, graph, floats, ints
    }

    struct Attribute {
        let name: String
        let type: AttributeType
        /// The first version that has it, and the first that has it no more.
        let since: Int
        let until: Int

        init(_ name: String, _ type: AttributeType, since: Int = 1, until: Int = .max) {
            (self.name, self.type, self.since, self.until) = (name, type, since, until)
        }
    }

    init(_ count: Int, _ attributes: Attribute...) {
        self.attributes = attributes
        mostInputs = [(1, count)]
    }

    init(_ mostInputs: [(since: Int, count: Int)], _ attributes: Attribute...) {
        self.attributes = attributes
        self.mostInputs = mostInputs
    }

    /// What a node has that its operator does not: an attribute's name and a reason, or nil for its inputs.
    func fault(of node: ONNXNodeProto, opset: Int) -> (attribute: String?, reason: String)? {
        var names = Set<String>()
        for attribute in node.attribute {
            guard names.insert(attribute.name).inserted else { return (attribute.name, "is given twice") }
            guard let known = attributes.first(where: { $0.name == attribute.name }) else {
                return (attribute.name, "is none that the operator has")
            }
            guard opset >= known.since, opset < known.until else {
                return (attribute.name, "is none that the operator has in version \(opset) of the operator set")
            }
            // Old files do not name types.
            let type = AttributeType(rawValue: attribute.type)
            guard type == known.type || type == .undefined else {
                let words = type.map { "\($0)" } ?? "number \(attribute.type)"
                return (attribute.name, "is of type \(words), where \(known.type) is needed")
            }
        }
        let most = mostInputs.first { opset >= $0.since }?.count ?? .max
        return node.input.count > most ? (nil, "with \(node.input.count) inputs is none; it takes \(most)") : nil
    }

    /// The operators whose second output may be left out: what it gives is not computed.
    static let haveOptionalOutputs: Set<String> = [
        "BatchNormalization", "Dropout", "LayerNormalization", "MaxPool", "TopK",
    ]

    private static let aligned = ONNXSignature(
        2, Attribute("axis", .int, until: 7), Attribute("broadcast", .int, until: 7))

    private static let argExtreme = ONNXSignature(
        1, Attribute("axis", .int), Attribute("keepdims", .int), Attribute("select_last_index", .int, since: 12))

    private static let reduction = ONNXSignature(
        [(18, 2), (1, 1)], Attribute("axes", .ints, until: 18), Attribute("keepdims", .int),
        Attribute("noop_with_empty_axes", .int, since: 18))

    static let all: [String: ONNXSignature] = [
        "Abs": ONNXSignature(1),
        "Add": aligned,
        "And": aligned,
        "ArgMax": argExtreme,
        "ArgMin": argExtreme,
        "AveragePool": ONNXSignature(
            1, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("auto_pad", .string), Attribute("count_include_pad", .int, since: 7),
            Attribute("ceil_mode", .int, since: 10), Attribute("dilations", .ints, since: 19)),
        "BatchNormalization": ONNXSignature(
            5, Attribute("epsilon", .float), Attribute("momentum", .float), Attribute("spatial", .int, until: 9),
            Attribute("is_test", .int, until: 7), Attribute("training_mode", .int, since: 14)),
        "Cast": ONNXSignature(
            1, Attribute("to", .int), Attribute("saturate", .int, since: 19),
            Attribute("round_mode", .string, since: 24)),
        "Ceil": ONNXSignature(1),
        "Celu": ONNXSignature(1, Attribute("alpha", .float)),
        "Clip": ONNXSignature(
            [(11, 3), (1, 1)], Attribute("min", .float, until: 11), Attribute("max", .float, until: 11)),
        "Concat": ONNXSignature(.max, Attribute("axis", .int)),
        "ConstantOfShape": ONNXSignature(1, Attribute("value", .tensor)),
        "Conv": ONNXSignature(
            3, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string)),
        "ConvInteger": ONNXSignature(
            4, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string)),
        "ConvTranspose": ONNXSignature(
            3, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string),
            Attribute("output_padding", .ints), Attribute("output_shape", .ints)),
        "Cos": ONNXSignature(1),
        "CumSum": ONNXSignature(2, Attribute("exclusive", .int), Attribute("reverse", .int)),
        "DepthToSpace": ONNXSignature(1, Attribute("blocksize", .int), Attribute("mode", .string, since: 11)),
        "DequantizeLinear": ONNXSignature(
            3, Attribute("axis", .int, since: 13), Attribute("block_size", .int, since: 21),
            Attribute("output_dtype", .int, since: 23)),
        "Div": aligned,
        "Dropout": ONNXSignature(
            [(12, 3), (1, 1)], Attribute("ratio", .float, until: 12), Attribute("is_test", .int, until: 7),
            Attribute("seed", .int, since: 12)),
        "DynamicQuantizeLinear": ONNXSignature(1),
        "Elu": ONNXSignature(1, Attribute("alpha", .float)),
        "Equal": aligned,
        "Erf": ONNXSignature(1),
        "Exp": ONNXSignature(1),
        "Expand": ONNXSignature(2),
        "Flatten": ONNXSignature(1, Attribute("axis", .int)),
        "Floor": ONNXSignature(1),
        "Gather": ONNXSignature(2, Attribute("axis", .int)),
        "GatherElements": ONNXSignature(2, Attribute("axis", .int)),
        "Gelu": ONNXSignature(1, Attribute("approximate", .string)),
        "Gemm": ONNXSignature(
            3, Attribute("alpha", .float), Attribute("beta", .float), Attribute("transA", .int),
            Attribute("transB", .int), Attribute("broadcast", .int, until: 7)),
        "GlobalAveragePool": ONNXSignature(1),
        "GlobalMaxPool": ONNXSignature(1),
        "Greater": aligned,
        "GreaterOrEqual": ONNXSignature(2),
        "GroupNormalization": ONNXSignature(
            3, Attribute("epsilon", .float), Attribute("num_groups", .int), Attribute("stash_type", .int, since: 21)),
        "HardSigmoid": ONNXSignature(1, Attribute("alpha", .float), Attribute("beta", .float)),
        "HardSwish": ONNXSignature(1),
        "Hardmax": ONNXSignature(1, Attribute("axis", .int)),
        "Identity": ONNXSignature(1),
        "InstanceNormalization": ONNXSignature(3, Attribute("epsilon", .float)),
        "LRN": ONNXSignature(
            1, Attribute("size", .int), Attribute("alpha", .float), Attribute("beta", .float), Attribute("bias", .float)
        ),
        "LayerNormalization": ONNXSignature(
            3, Attribute("axis", .int), Attribute("epsilon", .float), Attribute("stash_type", .int)),
        "LeakyRelu": ONNXSignature(1, Attribute("alpha", .float)),
        "Less": aligned,
        "LessOrEqual": ONNXSignature(2),
        "Log": ONNXSignature(1),
        "LogSoftmax": ONNXSignature(1, Attribute("axis", .int)),
        "LpNormalization": ONNXSignature(1, Attribute("axis", .int), Attribute("p", .int)),
        "MatMul": ONNXSignature(2),
        "MatMulInteger": ONNXSignature(4),
        "Max": ONNXSignature(.max),
        "MaxPool": ONNXSignature(
            1, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("auto_pad", .string), Attribute("storage_order", .int, since: 8),
            Attribute("ceil_mode", .int, since: 10), Attribute("dilations", .ints, since: 10)),
        "Mean": ONNXSignature(.max),
        "Min": ONNXSignature(.max),
        "Mish": ONNXSignature(1),
        "Mod": ONNXSignature(2, Attribute("fmod", .int)),
        "Mul": aligned,
        "Neg": ONNXSignature(1),
        "Not": ONNXSignature(1),
        "Or": aligned,
        "PRelu": ONNXSignature(2),
        "Pad": ONNXSignature(
            [(18, 4), (11, 3), (1, 1)], Attribute("mode", .string), Attribute("pads", .ints, until: 11),
            Attribute("value", .float, until: 11)),
        "Pow": aligned,
        "QLinearConv": ONNXSignature(
            9, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string)),
        "QLinearMatMul": ONNXSignature(8),
        "QuantizeLinear": ONNXSignature(
            3, Attribute("axis", .int, since: 13), Attribute("saturate", .int, since: 19),
            Attribute("block_size", .int, since: 21), Attribute("output_dtype", .int, since: 21),
            Attribute("precision", .int, since: 23)),
        "Range": ONNXSignature(3),
        "Reciprocal": ONNXSignature(1),
        "ReduceL1": reduction,
        "ReduceL2": reduction,
        "ReduceLogSum": reduction,
        "ReduceLogSumExp": reduction,
        "ReduceMax": reduction,
        "ReduceMean": reduction,
        "ReduceMin": reduction,
        "ReduceProd": reduction,
        "ReduceSum": ONNXSignature(
            [(13, 2), (1, 1)], Attribute("axes", .ints, until: 13), Attribute("keepdims", .int),
            Attribute("noop_with_empty_axes", .int, since: 13)),
        "ReduceSumSquare": reduction,
        "Relu": ONNXSignature(1),
        "Reshape": ONNXSignature(2, Attribute("allowzero", .int, since: 14)),
        "Resize": ONNXSignature(
            [(11, 4), (1, 2)], Attribute("mode", .string),
            Attribute("coordinate_transformation_mode", .string, since: 11),
            Attribute("cubic_coeff_a", .float, since: 11), Attribute("exclude_outside", .int, since: 11),
            Attribute("extrapolation_value", .float, since: 11), Attribute("nearest_mode", .string, since: 11),
            Attribute("antialias", .int, since: 18), Attribute("axes", .ints, since: 18),
            Attribute("keep_aspect_ratio_policy", .string, since: 18)),
        "Round": ONNXSignature(1),
        "ScatterElements": ONNXSignature(
            3, Attribute("axis", .int), Attribute("reduction", .string, since: 16)),
        "Selu": ONNXSignature(1, Attribute("alpha", .float), Attribute("gamma", .float)),
        "Shape": ONNXSignature(1, Attribute("start", .int, since: 15), Attribute("end", .int, since: 15)),
        "Sigmoid": ONNXSignature(1),
        "Sign": ONNXSignature(1),
        "Sin": ONNXSignature(1),
        "Size": ONNXSignature(1),
        "Slice": ONNXSignature(
            [(10, 5), (1, 1)], Attribute("starts", .ints, until: 10), Attribute("ends", .ints, until: 10),
            Attribute("axes", .ints, until: 10)),
        "Softmax": ONNXSignature(1, Attribute("axis", .int)),
        "Softplus": ONNXSignature(1),
        "Softsign": ONNXSignature(1),
        "SpaceToDepth": ONNXSignature(1, Attribute("blocksize", .int), Attribute("mode", .string)),
        "Split": ONNXSignature(
            [(13, 2), (1, 1)], Attribute("axis", .int), Attribute("split", .ints, until: 13),
            Attribute("num_outputs", .int, since: 18)),
        "Sqrt": ONNXSignature(1),
        "Squeeze": ONNXSignature([(13, 2), (1, 1)], Attribute("axes", .ints, until: 13)),
        "Sub": aligned,
        "Sum": ONNXSignature(.max),
        "Swish": ONNXSignature(1, Attribute("alpha", .float)),
        "Tanh": ONNXSignature(1),
        "ThresholdedRelu": ONNXSignature(1, Attribute("alpha", .float)),
        "Tile": ONNXSignature(2),
        "TopK": ONNXSignature(
            [(10, 2), (1, 1)], Attribute("axis", .int), Attribute("k", .int, until: 10),
            Attribute("largest", .int, since: 11), Attribute("sorted", .int, since: 11)),
        "Transpose": ONNXSignature(1, Attribute("perm", .ints)),
        "Unsqueeze": ONNXSignature([(13, 2), (1, 1)], Attribute("axes", .ints, until: 13)),
        "Upsample": ONNXSignature(
            [(9, 2), (1, 1)], Attribute("mode", .string), Attribute("scales", .floats, until: 9)),
        "Where": ONNXSignature(3),
        "Xor": aligned,
    ]
}
