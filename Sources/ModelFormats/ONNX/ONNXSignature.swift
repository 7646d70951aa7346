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
    static let haveOptionalOutputs: Set<String> = ["Dropout", "MaxPool"]

    private static let aligned = ONNXSignature(
        2, Attribute("axis", .int, until: 7), Attribute("broadcast", .int, until: 7))

    static let all: [String: ONNXSignature] = [
        "Add": aligned,
        "AveragePool": ONNXSignature(
            1, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("auto_pad", .string), Attribute("count_include_pad", .int, since: 7),
            Attribute("ceil_mode", .int, since: 10), Attribute("dilations", .ints, since: 19)),
        "BatchNormalization": ONNXSignature(
            5, Attribute("epsilon", .float), Attribute("momentum", .float), Attribute("spatial", .int, until: 9),
            Attribute("is_test", .int, until: 7), Attribute("training_mode", .int, since: 14)),
        "Clip": ONNXSignature(
            [(11, 3), (1, 1)], Attribute("min", .float, until: 11), Attribute("max", .float, until: 11)),
        "Concat": ONNXSignature(.max, Attribute("axis", .int)),
        "Conv": ONNXSignature(
            3, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("dilations", .ints), Attribute("group", .int), Attribute("auto_pad", .string)),
        "Div": aligned,
        "Dropout": ONNXSignature(
            [(12, 3), (1, 1)], Attribute("ratio", .float, until: 12), Attribute("is_test", .int, until: 7),
            Attribute("seed", .int, since: 12)),
        "Flatten": ONNXSignature(1, Attribute("axis", .int)),
        "Gemm": ONNXSignature(
            3, Attribute("alpha", .float), Attribute("beta", .float), Attribute("transA", .int),
            Attribute("transB", .int), Attribute("broadcast", .int, until: 7)),
        "GlobalAveragePool": ONNXSignature(1),
        "Greater": aligned,
        "GreaterOrEqual": ONNXSignature(2),
        "Identity": ONNXSignature(1),
        "LeakyRelu": ONNXSignature(1, Attribute("alpha", .float)),
        "Less": aligned,
        "LessOrEqual": ONNXSignature(2),
        "MatMul": ONNXSignature(2),
        "MaxPool": ONNXSignature(
            1, Attribute("kernel_shape", .ints), Attribute("pads", .ints), Attribute("strides", .ints),
            Attribute("auto_pad", .string), Attribute("storage_order", .int, since: 8),
            Attribute("ceil_mode", .int, since: 10), Attribute("dilations", .ints, since: 10)),
        "Mul": aligned,
        "Not": ONNXSignature(1),
        "PRelu": ONNXSignature(2),
        "Relu": ONNXSignature(1),
        "Reshape": ONNXSignature(2, Attribute("allowzero", .int, since: 14)),
        "Sigmoid": ONNXSignature(1),
        "Softmax": ONNXSignature(1, Attribute("axis", .int)),
        "Squeeze": ONNXSignature([(13, 2), (1, 1)], Attribute("axes", .ints, until: 13)),
        "Sub": aligned,
        "Transpose": ONNXSignature(1, Attribute("perm", .ints)),
        "Unsqueeze": ONNXSignature([(13, 2), (1, 1)], Attribute("axes", .ints, until: 13)),
        "Where": ONNXSignature(3),
    ]
}
