import NetworkGraph
import Tensors

/// Checks the element types of an ONNX graph's tensors for consistency: an operator's inputs have one type if its
/// definition says so, and a tensor has its declared type. The types are numbers of TensorProto.DataType.
struct ONNXTypeCheck {
    private let proto: ONNXGraphProto
    /// The same graph, which gives the order of its nodes.
    private let graph: Graph
    private let opset: Int
    private let file: String

    init(_ proto: ONNXGraphProto, _ graph: Graph, opset: Int, file: String) {
        (self.proto, self.graph, self.opset, self.file) = (proto, graph, opset, file)
    }

    /// - Throws: ``ModelError`` at the first tensor with a wrong type.
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
            let given = ONNXElementTypes(
                node: giver, output: output, name: node.name, types: types, opset: opset, file: file)
            types[output] = try ONNXOperators.all[giver.opType]?.elementRule.type(given)
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
        case "value_int", "value_ints": ONNXElementRule.int64
        default: nil
        }
    }
}
