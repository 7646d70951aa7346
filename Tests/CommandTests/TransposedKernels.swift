import Files
import Foundation
import ModelFormats
import TestSupport
import Testing

/// RNet with the kernels of its second convolution transposed.
enum TransposedKernels {
    static let rightPath = fixtures.appendingPathComponent("models/rnet.onnx").path
    static let words = "the kernels are transposed: rows and columns are exchanged"

    /// Writes it as an ONNX file, and gives its path.
    static func write(in directory: String) throws -> String {
        let right = try Model(contentsOf: rightPath)
        let node = try #require(right.graph.nodes.first { $0.outputs == ["convolution_output1"] })
        var constants = right.graph.initializers
        let weights = try #require(node.inputs[1])
        constants[weights] = constants[weights]?.transposed([0, 1, 3, 2])
        var file = try ONNXMending(contentsOf: rightPath)
        try file.restore("convolution_output1", as: node, constants: constants, from: nil, "convolution_output1")
        let path = "\(directory)/theirs.onnx"
        try writeAtomically(try file.bytes(), to: path)
        return path
    }
}
