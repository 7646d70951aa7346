/// The functions that an ONNX model defines, expanded in place of the nodes that call them
/// (https://github.com/onnx/onnx/blob/main/docs/IR.md, "Functions").
///
/// A function's inner tensors are prefixed with the calling node's name, as `call/t`.
struct ONNXFunctions {
    private let functions: [String: ONNXFunctionProto]
    private let opset: Int
    private let file: String

    /// The limits on nested calls and on expanded nodes: a function that calls itself has no end.
    private static let (deepest, mostNodes) = (32, 1 << 20)

    init(of model: ONNXModelProto, opset: Int, file: String) throws(ModelError) {
        var functions = [String: ONNXFunctionProto]()
        for function in model.functions {
            let key = Self.key(function.domain, function.name, function.overload)
            guard functions.updateValue(function, forKey: key) == nil else {
                throw .malformed(file: file, reason: "function \(function.domain).\(function.name) is defined twice")
            }
        }
        self.functions = functions
        self.opset = opset
        self.file = file
    }

    private static func key(_ domain: String, _ name: String, _ overload: String) -> String {
        [domain == "ai.onnx" ? "" : domain, name, overload].joined(separator: "\u{0}")
    }

    /// The nodes with every call replaced by the function's nodes.
    ///
    /// - Throws: ``ModelError`` for a call with too many inputs or outputs, without a required attribute, or without
    ///   end.
    func inlined(_ nodes: [ONNXNodeProto]) throws(ModelError) -> [ONNXNodeProto] {
        guard !functions.isEmpty else { return nodes }
        var inlined = [ONNXNodeProto]()
        for (index, node) in nodes.enumerated() { try append(node, at: "\(index)", to: &inlined, depth: 0) }
        return inlined
    }

    private func append(
        _ node: ONNXNodeProto, at place: String, to nodes: inout [ONNXNodeProto], depth: Int
    ) throws(ModelError) {
        guard let function = functions[Self.key(node.domain, node.opType, node.overload)] else {
            nodes.append(node)
            guard nodes.count <= Self.mostNodes else {
                throw .unsupported(file: file, reason: "its functions expand to more than \(Self.mostNodes) nodes")
            }
            return
        }
        let name = node.name.isEmpty ? "\(node.opType) \(place)" : node.name
        func fault(_ reason: String) -> ModelError {
            .unsupportedOperator(file: file, node: name, operator: "\(node.domain).\(node.opType)", reason: reason)
        }
        guard depth < Self.deepest else { throw fault("is a function whose calls are nested too deep") }
        if let version = function.opsetImport.first(where: { $0.domain.isEmpty || $0.domain == "ai.onnx" })?.version,
            version != opset
        {
            throw fault("is a function of version \(version) of the operators, in a model of \(opset)")
        }
        guard node.input.count <= function.input.count, node.output.count <= function.output.count else {
            throw fault(
                "is a function of \(function.input.count) inputs and \(function.output.count) outputs, called with "
                    + "\(node.input.count) and \(node.output.count)")
        }
        var tensors = [String: String]()
        for (position, input) in function.input.enumerated() {
            tensors[input] = node.input.indices.contains(position) ? node.input[position] : ""
        }
        for (output, given) in zip(function.output, node.output) where !given.isEmpty { tensors[output] = given }
        func own(_ tensor: String) -> String { tensor.isEmpty ? "" : tensors[tensor] ?? "\(name)/\(tensor)" }
        var attributes = [String: ONNXAttributeProto]()
        for attribute in function.attributeProto + node.attribute { attributes[attribute.name] = attribute }
        for (index, inner) in function.node.enumerated() {
            var copy = inner
            copy.name = "\(name)/\(inner.name.isEmpty ? "\(inner.opType) \(index)" : inner.name)"
            copy.input = inner.input.map(own)
            copy.output = inner.output.map(own)
            copy.attribute = []
            for attribute in inner.attribute {
                guard !attribute.refAttrName.isEmpty else {
                    copy.attribute.append(attribute)
                    continue
                }
                // An attribute omitted from the call is omitted inside.
                guard var given = attributes[attribute.refAttrName] else { continue }
                given.name = attribute.name
                copy.attribute.append(given)
            }
            try append(copy, at: "\(place).\(index)", to: &nodes, depth: depth + 1)
        }
        // An input that is returned as an output has no node.
        for (output, given) in zip(function.output, node.output) where function.input.contains(output) {
            throw fault("gives its input \"\(output)\" as its output \"\(given)\", which is not supported")
        }
    }
}
