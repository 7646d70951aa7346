import Engines
import NetworkGraph
import SwiftProtobuf
import Tensors

@testable import ModelFormats

/// A Caffe network in few words: its definition, and the weights of its layers.
struct CaffeNetworkText {
    var inputs: [(name: String, shape: [Int])] = [("data", [1, 2, 5, 4])]
    var layers: String
    var weights: [(layer: String, blobs: [Tensor<Float>])] = []

    /// - Parameters:
    ///   - type: of the one layer, whose name is "layer" and which gives "y".
    ///   - fields: further fields of the layer.
    static func one(
        _ type: String, _ fields: String = "", over shape: [Int] = [1, 2, 5, 4], _ blobs: [Tensor<Float>] = []
    ) -> CaffeNetworkText {
        CaffeNetworkText(
            inputs: [("data", shape)],
            layers: "layer { name: \"layer\" type: \"\(type)\" bottom: \"data\" top: \"y\" \(fields) }",
            weights: [("layer", blobs)])
    }

    var definition: String {
        var lines = ["name: \"small\""]
        lines += inputs.map { "input: \"\($0.name)\"" }
        for input in inputs {
            let extents = input.shape.map { "dim: \($0)" }.joined(separator: " ")
            lines.append("input_shape { \(extents) }")
        }
        return (lines + [layers]).joined(separator: "\n") + "\n"
    }

    /// The bytes of a `.caffemodel` file.
    func weightBytes() throws -> [UInt8] {
        let network = CaffeNetParameter.with { network in
            // A file of weights holds the layers of training, too.
            network.layer = ([("other", [])] + weights).map { layer, blobs in
                .with {
                    $0.name = layer
                    $0.blobs = blobs.map { blob in
                        .with {
                            $0.shape.dim = blob.shape.dimensions.map { Int64($0) }
                            $0.data = blob.elements
                        }
                    }
                }
            }
        }
        return try network.serializedBytes()
    }

    func graph() throws -> Graph {
        try CaffeNetwork(
            definition: Array(definition.utf8), weights: CaffeWeights(weightBytes(), file: "small.caffemodel"),
            name: "small", file: "small.prototxt"
        ).graph
    }

    /// What the network gives for tensors in the order of its inputs.
    func outputs(_ tensors: Tensor<Float>...) throws -> [String: Tensor<Float>] {
        let graph = try graph()
        let given = zip(graph.inputs, tensors).map { ($0.name, AnyTensor.float32($1)) }
        let results = try ArithmeticName.fp32.engine(for: graph).run(
            Dictionary(given, uniquingKeysWith: { first, _ in first }))
        return results.compactMapValues { if case .float32(let tensor) = $0 { tensor } else { nil } }
    }

    /// The one output "y".
    func y(_ tensors: Tensor<Float>...) throws -> Tensor<Float>? { try outputs(tensors[0])["y"] }
}

/// The numbers 1, 2, 3 and so on with changing signs, small enough that sums of products are exact.
func numbers(_ shape: Shape) -> Tensor<Float> {
    let elements: [Float] = (0..<shape.count).map { index in
        let size = Float(index % 7 + 1)
        return index % 3 == 0 ? -size : size
    }
    return Tensor(shape, elements)
}
