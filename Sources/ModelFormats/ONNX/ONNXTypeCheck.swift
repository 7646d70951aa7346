import NetworkGraph
import Tensors

/// Holds the element types of an ONNX graph's tensors against each other: an operator's inputs have one type where its
/// definition says so, and a tensor has the type that the file declares for it. The types are numbers of
/// TensorProto.DataType.
struct ONNXTypeCheck {
    private let proto: ONNXGraphProto
    /// The same graph, for the order of its nodes.
    private let graph: Graph
    private let opset: Int
    private let file: String

    init(_ proto: ONNXGraphProto, _ graph: Graph, opset: Int, file: String) {
        (self.proto, self.graph, self.opset, self.file) = (proto, graph, opset, file)
    }

    private static let (uint8, int32, int64, boolean) = (Int32(2), Int32(6), Int32(7), Int32(9))

    /// - Throws: ``ModelError`` at the first tensor whose type is another than it must be.
    func check() throws(ModelError) {
        var types = [String: Int32]()
        for tensor in proto.initializer { types[tensor.name] = tensor.dataType }
        for input in proto.input {
            let (declared, own) = (input.type.tensorType.elemType, types[input.name])
            guard own == nil || own == declared else {
                throw contradiction("input", input.name, declared, "those of its initializer", own)
            }
            types[input.name] = declared
        }
        var givers = [String: ONNXNodeProto]()
        for node in proto.node {
            if node.opType == "Constant", let output = node.output.first { types[output] = constantType(node) }
            for output in node.output { givers[output] = node }
        }
        for node in graph.nodes {
            guard let output = node.outputs.first, let giver = givers[output] else { continue }
            types[output] = try type(of: giver, giving: output, named: node.name, types)
        }
        for (role, list) in [("output", proto.output), ("tensor", proto.valueInfo)] {
            for value in list where value.type.tensorType.elemType != 0 {
                let (declared, own) = (value.type.tensorType.elemType, types[value.name])
                guard own == nil || own == declared else {
                    throw contradiction(role, value.name, declared, "those that the graph gives", own)
                }
            }
        }
    }

    private func contradiction(
        _ role: String, _ name: String, _ declared: Int32, _ other: String, _ own: Int32?
    ) -> ModelError {
        .malformed(
            file: file,
            reason: "\(role) \"\(name)\" is declared with elements of type \(ElementType.name(onnx: declared)), "
                + "\(other) are \(ElementType.name(onnx: own ?? 0))")
    }

    private func constantType(_ node: ONNXNodeProto) -> Int32? {
        switch node.attribute.first?.name {
        case "value": node.attribute[0].t.dataType
        case "value_float", "value_floats": 1
        case "value_int", "value_ints": Self.int64
        default: nil
        }
    }

    /// The type of one of a node's outputs; nil where it does not follow from the inputs.
    private func type(
        of node: ONNXNodeProto, giving output: String, named name: String, _ types: [String: Int32]
    ) throws(ModelError) -> Int32? {
        func given(_ position: Int) -> Int32? {
            node.input.indices.contains(position) ? types[node.input[position]] : nil
        }
        func fault(_ reason: String) -> ModelError {
            .unsupportedOperator(file: file, node: name, operator: node.opType, reason: reason)
        }
        /// The one type of the inputs at some positions.
        func common(_ positions: some Sequence<Int>) throws(ModelError) -> Int32? {
            let known = positions.compactMap(given)
            guard Set(known).count <= 1 else {
                throw fault(
                    "takes inputs of types \(known.map(ElementType.name).joined(separator: ", ")), where one type is right"
                )
            }
            return known.first
        }
        switch node.opType {
        case "Add", "Sub", "Mul", "Div", "Concat", "Conv", "Gemm", "MatMul", "PRelu", "Clip", "Max", "Min", "Sum",
            "Mean", "ConvTranspose",
            "InstanceNormalization", "Mod":
            return try common(node.input.indices)
        case "Cast":
            return node.attribute.first { $0.name == "to" }.map { Int32(clamping: $0.i) }
        case "QuantizeLinear":
            let declared = node.attribute.first { $0.name == "output_dtype" && $0.i != 0 }.map { Int32(clamping: $0.i) }
            return given(2) ?? (node.input.count > 2 && !node.input[2].isEmpty ? nil : declared ?? Self.uint8)
        case "DequantizeLinear":
            _ = try common([0, 2])
            return given(1)
        case "QLinearConv", "QLinearMatMul":
            _ = try common([0, 2])
            _ = try common([3, 5])
            return given(7)
        case "ConvInteger", "MatMulInteger":
            _ = try common([0, 2])
            _ = try common([1, 3])
            return Self.int32
        case "DynamicQuantizeLinear": return node.output.firstIndex(of: output) == 1 ? given(0) : Self.uint8
        case "Shape", "Size", "ArgMax", "ArgMin": return Self.int64
        case "TopK": return node.output.firstIndex(of: output) == 1 ? Self.int64 : given(0)
        case "Equal", "And", "Or", "Xor", "Greater", "GreaterOrEqual", "Less", "LessOrEqual":
            _ = try common(node.input.indices)
            return Self.boolean
        case "Where": return try common([1, 2])
        case "ScatterElements": return try common([0, 2])
        case "BatchNormalization":
            // The statistics may have a type of their own since version 14, scale and shift since 15.
            _ = try common(opset < 14 ? [3, 4, 0] : [3, 4])
            _ = try common(opset < 15 ? [1, 2, 0] : [1, 2])
            return given(0)
        case "Reshape", "Squeeze", "Unsqueeze":
            if let integers = given(1), integers != Self.int64 {
                throw fault("takes integers of type \(ElementType.name(onnx: integers)), where int64 is right")
            }
            return given(0)
        case "AveragePool", "Dropout", "Flatten", "GlobalAveragePool", "Identity", "LeakyRelu", "MaxPool", "Not",
            "Relu", "Sigmoid", "Softmax", "Transpose", "Abs", "Ceil", "Celu", "Cos", "CumSum", "DepthToSpace", "Elu",
            "Erf", "Exp", "Expand", "Floor", "Gather", "GatherElements", "Gelu", "GlobalMaxPool", "HardSigmoid",
            "HardSwish", "Hardmax", "LRN", "LayerNormalization", "Log", "LogSoftmax", "LpNormalization", "Mish", "Neg",
            "Pad", "Pow", "Range", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
            "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Resize", "Round",
            "Selu", "Sign", "Sin", "Slice", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Swish", "Tanh",
            "ThresholdedRelu", "Tile", "Upsample":
            return given(0)
        default: return nil
        }
    }
}
