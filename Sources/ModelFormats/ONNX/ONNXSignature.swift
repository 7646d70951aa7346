/// The attributes and inputs of an ONNX operator, by version of the operator set (onnx, docs/Operators.md).
struct ONNXSignature {
    let attributes: [Attribute]
    /// The most inputs since some version, the latest version first.
    let mostInputs: [(since: Int, count: Int)]

    /// AttributeProto.AttributeType of onnx.proto.
    enum AttributeType: Int32 {
        case undefined = 0, float, int, string, tensor, graph, floats, ints
    }

    struct Attribute {
        let name: String
        let type: AttributeType
        /// The first version that has it, and the first that no longer has it.
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

    /// What a node has that its operator lacks: an attribute's name and a reason, or nil for its inputs.
    func fault(of node: ONNXNodeProto, opset: Int) -> (attribute: String?, reason: String)? {
        var names = Set<String>()
        for attribute in node.attribute {
            guard names.insert(attribute.name).inserted else { return (attribute.name, "is given twice") }
            guard let known = attributes.first(where: { $0.name == attribute.name }) else {
                return (attribute.name, "is not defined for the operator")
            }
            guard opset >= known.since, opset < known.until else {
                return (attribute.name, "is not defined for the operator in version \(opset) of the operator set")
            }
            // Old files do not declare attribute types.
            let type = AttributeType(rawValue: attribute.type)
            guard type == known.type || type == .undefined else {
                let words = type.map { "\($0)" } ?? "number \(attribute.type)"
                return (attribute.name, "is of type \(words), where \(known.type) is needed")
            }
        }
        let most = mostInputs.first { opset >= $0.since }?.count ?? .max
        return node.input.count > most ? (nil, "has \(node.input.count) inputs; at most \(most) are allowed") : nil
    }
}
