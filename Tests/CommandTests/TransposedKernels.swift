import Files
import Foundation
import ModelFormats
import NetworkGraph
import TestSupport
import Testing

/// A face network with the kernels of its second convolution transposed.
enum TransposedKernels {
    static let rightPath = path("rnet")
    static let words = "the kernels are transposed: rows and columns are exchanged"

    static func path(_ network: String) -> String {
        fixtures.appendingPathComponent("models/\(network).onnx").path
    }

    /// Writes it as an ONNX file, and gives its path.
    static func write(_ network: String = "rnet", in directory: String) throws -> String {
        let right = try Model(contentsOf: path(network))
        let node = try #require(right.graph.nodes.filter { $0.operator is Convolution }.dropFirst().first)
        let tensor = try #require(node.outputs.first)
        var constants = right.graph.initializers
        let weights = try #require(node.inputs[1])
        constants[weights] = constants[weights]?.transposed([0, 1, 3, 2])
        var file = try ONNXMending(contentsOf: path(network))
        try file.restore(tensor, as: node, constants: constants, from: nil, tensor)
        let path = "\(directory)/theirs.onnx"
        try writeAtomically(try file.bytes(), to: path)
        return path
    }
}
