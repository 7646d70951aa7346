import NetworkGraph
import Tensors

/// One node of an ONNX file, with typed access to its attributes.
struct ONNXNodeReader {
    let proto: ONNXNodeProto
    let opset: Int
    let file: String
    /// The node's name or, without one, its first output's.
    let name: String
    /// The declared element types of tensors, as numbers of TensorProto.DataType.
    let elementTypes: [String: Int32]

    init(_ proto: ONNXNodeProto, index: Int, opset: Int, file: String, elementTypes: [String: Int32] = [:]) {
        self.proto = proto
        self.opset = opset
        self.file = file
        self.elementTypes = elementTypes
        name = [proto.name, proto.output.first ?? ""].first { !$0.isEmpty } ?? "number \(index)"
    }

    /// The node, or one for each output if they are computed separately, and constants for the attributes that newer
    /// versions have as inputs.
    ///
    /// - Parameter taken: the tensors in use. An unused optional output is omitted.
    func nodes(taken: Set<String>) throws(ModelError) -> (nodes: [Node], constants: [String: AnyTensor]) {
        let standard = proto.domain.isEmpty || proto.domain == "ai.onnx"
        guard standard, let operation = ONNXOperators.all[proto.opType] else {
            let name = standard ? proto.opType : "\(proto.domain).\(proto.opType)"
            throw .unsupportedOperator(file: file, node: self.name, operator: name, reason: "is not supported")
        }
        if let fault = operation.signature.fault(of: proto, opset: opset) {
            throw fault.attribute.map { badAttribute($0, fault.reason) } ?? unsupported(fault.reason)
        }
        let description = try operation.read(self)
        let outputs = proto.output.enumerated().reversed().drop { index, output in
            output.isEmpty || index > 0 && operation.dropsOutputs && !taken.contains(output)
        }.reversed().map(\.element)
        guard let first = outputs.first, outputs.contains(where: { !$0.isEmpty }),
            outputs.count <= description.operators.count
        else {
            throw unsupported(
                "with \(outputs.count) outputs is not supported, only with its first \(description.operators.count)")
        }
        guard description.operators.count > 1 || !first.isEmpty else {
            throw unsupported("is not supported without its first output")
        }
        var inputs = [String?](
            repeating: nil, count: (description.places.max() ?? -1).advanced(by: 1))
        for (position, input) in proto.input.enumerated() {
            let place = description.places.indices.contains(position) ? description.places[position] : position
            while inputs.count <= place { inputs.append(nil) }
            inputs[place] = input.isEmpty ? nil : input
        }
        var constants = [String: AnyTensor]()
        for (position, constant) in description.constants.sorted(by: { $0.key < $1.key }) {
            while inputs.count <= position { inputs.append(nil) }
            let name = "\(outputs.first { !$0.isEmpty } ?? name)/input \(position)"
            inputs[position] = name
            constants[name] = constant
        }
        let nodes = zip(outputs, description.operators).enumerated().compactMap { index, part -> Node? in
            let (output, operation) = part
            guard !output.isEmpty else { return nil }
            let partName = description.operators.count == 1 ? name : "\(name):\(index)"
            return Node(name: partName, operator: operation, inputs: inputs, outputs: [output])
        }
        return (nodes, constants)
    }

    // MARK: Inputs

    /// The name of an input; nil for an omitted one.
    func inputName(_ position: Int) -> String? {
        proto.input.indices.contains(position) && !proto.input[position].isEmpty ? proto.input[position] : nil
    }

    /// The declared element type of an input, as a number of TensorProto.DataType.
    func elementType(of position: Int) -> Int32? { inputName(position).flatMap { elementTypes[$0] } }

    // MARK: Attributes

    func integer(_ name: String) -> Int? { attribute(name).map { Int(clamping: $0.i) } }

    func flag(_ name: String) -> Bool { integer(name).map { $0 != 0 } ?? false }

    func float(_ name: String) -> Float? { attribute(name)?.f }

    func integers(_ name: String) -> [Int]? { attribute(name).map { $0.ints.map { Int(clamping: $0) } } }

    func floats(_ name: String) -> [Float]? { attribute(name).map(\.floats) }

    func tensor(_ name: String) throws(ModelError) -> AnyTensor? {
        guard let value = attribute(name) else { return nil }
        return try AnyTensor(value.t, role: "attribute \"\(name)\" of node \"\(self.name)\"", file: file)
    }

    func string(_ name: String) -> String? { attribute(name).map { String(decoding: $0.s, as: UTF8.self) } }

    private func attribute(_ name: String) -> ONNXAttributeProto? { proto.attribute.first { $0.name == name } }

    // MARK: Errors

    func unsupported(_ reason: String) -> ModelError {
        .unsupportedOperator(file: file, node: name, operator: proto.opType, reason: reason)
    }

    func badAttribute(_ attribute: String, _ reason: String) -> ModelError {
        .badAttribute(file: file, node: name, operator: proto.opType, attribute: attribute, reason: reason)
    }

    // MARK: Constants

    func onlyOutput() throws(ModelError) -> String {
        guard let output = proto.output.first, !output.isEmpty else { throw unsupported("has no output") }
        return output
    }

    /// The tensor of a Constant node.
    func constant() throws(ModelError) -> AnyTensor {
        if let value = attribute("value") { return try AnyTensor(value.t, role: "constant \"\(name)\"", file: file) }
        if let value = float("value_float") { return .float32(Tensor([], [value])) }
        if let value = integer("value_int") { return .int64(Tensor([], [Int64(value)])) }
        if let values = attribute("value_floats")?.floats { return .float32(Tensor([values.count], values)) }
        if let values = attribute("value_ints")?.ints { return .int64(Tensor([values.count], values)) }
        throw unsupported("has none of the attributes value, value_float, value_int, value_floats, value_ints")
    }
}
