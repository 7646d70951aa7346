import Foundation
import NetworkGraph
import SwiftProtobuf
import Tensors

/// The producer of an ONNX file, and its version of the operators.
package struct ONNXProvenance: Sendable, Equatable {
    package let producer: String
    package let irVersion: Int
    package let opset: Int
}

/// A graph read from the bytes of an ONNX file (https://github.com/onnx/onnx/blob/main/docs/IR.md).
struct ONNXFile {
    let provenance: ONNXProvenance
    let graph: Graph
    /// The bytes of the files with its larger tensors, in the order of their names.
    let externalData: [[UInt8]]

    /// - Parameters:
    ///   - file: the file's name, for errors.
    ///   - folder: the directory of the files with larger tensors.
    /// - Throws: ``ModelError``.
    init(_ bytes: [UInt8], file: String, folder: String? = nil) throws(ModelError) {
        guard !bytes.isEmpty else { throw .malformed(file: file, reason: "the file is empty") }
        var model: ONNXModelProto
        do {
            model = try ONNXModelProto(serializedBytes: bytes)
        } catch {
            throw .malformed(file: file, reason: "this is not an ONNX model, or only a part of one: \(error)")
        }
        guard model.hasGraph, !model.graph.node.isEmpty else {
            throw .malformed(file: file, reason: "this is not an ONNX model: it holds no graph with nodes")
        }
        let versions = try ONNXVersions(of: model, file: file)
        provenance = ONNXProvenance(
            producer: [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " "),
            irVersion: versions.ir, opset: versions.opset)

        var external = ONNXExternalData(folder: folder, file: file)
        model = try external.loaded(model)
        externalData = external.files.sorted { $0.key < $1.key }.map(\.value)
        model.graph.node = try ONNXFunctions(of: model, opset: versions.opset, file: file).inlined(model.graph.node)
        if let sparse = model.graph.sparseInitializer.first {
            throw .unsupported(
                file: file, reason: "initializer \"\(sparse.values.name)\" is sparse, which is not supported")
        }

        var initializers = [String: AnyTensor]()
        func define(_ name: String, _ tensor: AnyTensor, by definer: String) throws(ModelError) {
            guard initializers.updateValue(tensor, forKey: name) == nil else {
                throw .badGraph(file: file, .duplicateName(name, definer: definer))
            }
        }
        for proto in model.graph.initializer {
            let tensor = try AnyTensor(proto, role: "initializer \"\(proto.name)\"", file: file)
            try define(proto.name, tensor, by: "an initializer")
        }
        // Files of IR version 3 list every initializer among the inputs, too.
        var inputs = [Graph.Input]()
        for input in model.graph.input where initializers[input.name] == nil {
            inputs.append(try Graph.Input(input, file: file))
        }
        let taken = Set(model.graph.node.flatMap(\.input) + model.graph.output.map(\.name))
        var nodes = [Node]()
        var names = Set<String>()
        let elementTypes = model.graph.declaredElementTypes
        for (index, proto) in model.graph.node.enumerated() {
            var proto = proto
            // Exporters may give several nodes one name: all but the first are renamed after their output.
            if !proto.name.isEmpty, !names.insert(proto.name).inserted { proto.name = "" }
            let reader = ONNXNodeReader(
                proto, index: index, opset: versions.opset, file: file, elementTypes: elementTypes)
            if proto.opType == "Constant" {
                try define(reader.onlyOutput(), reader.constant(), by: "node \"\(reader.name)\"")
                continue
            }
            let read = try reader.nodes(taken: taken)
            nodes += read.nodes
            for (name, tensor) in read.constants.sorted(by: { $0.key < $1.key }) {
                try define(name, tensor, by: "node \"\(reader.name)\"")
            }
        }
        do throws(GraphError) {
            graph = try Graph(
                name: model.graph.name, inputs: inputs, outputs: model.graph.output.map(\.name), nodes: nodes,
                initializers: initializers)
        } catch {
            throw .badGraph(file: file, error)
        }
        try ONNXTypeCheck(model.graph, graph, opset: versions.opset, file: file).check()
        try ONNXShapeCheck(model.graph, graph, file: file).check()
    }
}

extension ONNXGraphProto {
    /// The declared element types of tensors, as numbers of TensorProto.DataType.
    fileprivate var declaredElementTypes: [String: Int32] {
        var types = [String: Int32]()
        for value in valueInfo + output + input where value.type.tensorType.elemType != 0 {
            types[value.name] = value.type.tensorType.elemType
        }
        for node in node where node.opType == "Constant" {
            if let output = node.output.first, let value = node.attribute.first(where: { $0.name == "value" }) {
                types[output] = value.t.dataType
            }
        }
        for tensor in initializer { types[tensor.name] = tensor.dataType }
        for node in node {
            guard let input = node.input.first, let output = node.output.first, types[output] == nil else { continue }
            switch node.opType {
            case "Cast": types[output] = node.attribute.first { $0.name == "to" }.map { Int32(clamping: $0.i) }
            case "Identity": types[output] = types[input]
            default: break
            }
        }
        return types
    }
}

extension Graph.Input {
    fileprivate init(_ proto: ONNXValueInfoProto, file: String) throws(ModelError) {
        let tensor = proto.type.tensorType
        guard let type = ElementType(onnx: tensor.elemType) else {
            throw .unsupported(
                file: file,
                reason: "input \"\(proto.name)\" \(ElementType.fault(onnx: tensor.elemType))")
        }
        guard tensor.hasShape else {
            throw .malformed(file: file, reason: "input \"\(proto.name)\" does not say how many axes it has")
        }
        let dimensions = tensor.shape.dim.map { dimension in
            switch dimension.value {
            case .dimValue(let extent) where extent >= 0: Graph.Dimension.fixed(Int(extent))
            case .dimParam(let name): Graph.Dimension.symbolic(name.namesNoExtent ? "" : name)
            default: Graph.Dimension.symbolic("")
            }
        }
        self.init(name: proto.name, elementType: type, dimensions: dimensions)
    }
}

extension String {
    /// Whether exporters write this for an unknown extent, equal to no other.
    fileprivate var namesNoExtent: Bool {
        ["", "?", "none", "-1", "unknown"].contains(lowercased()) || hasPrefix("unk__")
    }
}
