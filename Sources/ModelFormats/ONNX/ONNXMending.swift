import Files
import Foundation
import NetworkGraph
import SwiftProtobuf
import Tensors

/// An ONNX file whose nodes' constants and attributes can be replaced by another model's.
package struct ONNXMending: Sendable {
    private var model: ONNXModelProto
    private let file: String

    /// - Throws: ``ModelError`` for a file that cannot be read, or is not an ONNX model.
    package init(contentsOf path: String) throws(ModelError) {
        file = path
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw ModelError(error, file: path) }
        do {
            model = try ONNXModelProto(serializedBytes: bytes)
        } catch {
            throw .malformed(file: path, reason: "this is not an ONNX model, or only a part of one: \(error)")
        }
        guard model.hasGraph else { throw .malformed(file: path, reason: "this is not an ONNX model: it has no graph") }
    }

    /// Gives a node the constants of another graph's node and, if that graph comes from an ONNX file, its attributes.
    ///
    /// - Parameters:
    ///   - tensor: the node's output.
    ///   - right: the correct node, and its graph's constants.
    ///   - source: the correct node's ONNX file; nil for another format.
    ///   - rightTensor: the correct node's output.
    /// - Throws: ``ModelError/unsupported(file:reason:)`` if no node, or another operator, gives the tensor.
    package mutating func restore(
        _ tensor: String, as right: Node, constants: [String: AnyTensor], from source: ONNXMending?,
        _ rightTensor: String
    ) throws(ModelError) {
        guard let index = model.graph.node.firstIndex(where: { $0.output.contains(tensor) }) else {
            throw .unsupported(file: file, reason: "no node gives \"\(tensor)\", which was to be mended")
        }
        if let node = source?.model.graph.node.first(where: { $0.output.contains(rightTensor) }) {
            model.graph.node[index].opType = node.opType
            model.graph.node[index].domain = node.domain
            model.graph.node[index].attribute = node.attribute
        } else if model.graph.node[index].opType != right.operator.name {
            throw .unsupported(
                file: file,
                reason:
                    "\"\(tensor)\" is given by \(model.graph.node[index].opType), and the right one is no ONNX file "
                    + "whose attributes could be taken")
        }
        for (position, name) in right.inputs.enumerated() {
            guard let name, let values = constants[name] else { continue }
            var own = "\(tensor)/mended/\(position)"
            // A file may have been mended before.
            while model.graph.initializer.contains(where: { $0.name == own }) { own += "+" }
            var initializer = ONNXTensorProto()
            initializer.name = own
            initializer.dims = values.shape.dimensions.map(Int64.init)
            initializer.dataType = values.elementType.onnxDataType
            initializer.rawData = Data(values.littleEndianBytes)
            model.graph.initializer.append(initializer)
            while model.graph.node[index].input.count <= position { model.graph.node[index].input.append("") }
            model.graph.node[index].input[position] = own
        }
        model.graph.node[index].input.removeSubrange(
            min(right.inputs.count, model.graph.node[index].input.count)..<model.graph.node[index].input.count)
        removeUnused()
    }

    /// Removes initializers that no node uses any more.
    private mutating func removeUnused() {
        let used = Set(model.graph.node.flatMap(\.input)).union(model.graph.output.map(\.name))
        let unused = Set(model.graph.initializer.map(\.name)).subtracting(used)
        model.graph.initializer.removeAll { unused.contains($0.name) }
        model.graph.input.removeAll { unused.contains($0.name) }
    }

    /// The file's bytes.
    ///
    /// - Throws: ``ModelError/malformed(file:reason:)`` if it cannot be serialised.
    package func bytes() throws(ModelError) -> [UInt8] {
        do { return [UInt8](try model.serializedData()) } catch {
            throw .malformed(file: file, reason: "it cannot be written again: \(error)")
        }
    }
}
