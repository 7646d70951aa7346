@testable import Engines
@testable import ModelFormats
@testable import NetworkGraph
import SwiftProtobuf
@testable import Tensors

extension FuzzTarget {
    /// Any bytes as an ONNX file; what can be read is run in float32 and two float16 arithmetics.
    static let onnx = FuzzTarget("onnx") { bytes in
        try run(ONNXFile(bytes, file: "fuzz.onnx").graph, in: [.fp32, .fp16Storage, .neuralEngineM1])
    }

    /// Any bytes as one of OpenFace's .dat files; what can be read is written again, to the same bytes.
    static let openFace = FuzzTarget("dat") { bytes in
        let model = try OpenFaceModel(bytes)
        require(model.bytes == bytes, "a .dat file that is read is written as it was")
        try run(model.graph(.columnMajor, name: "fuzz"), in: [.fp32])
    }

    /// Any bytes as the model of a package, beside the weights of a bundled one.
    static let program = FuzzTarget("program") { bytes in
        let package = try CoreMLPackage(
            CoreMLModel(serializedBytes: bytes), weights: WeightFile(SeedWeights.bytes), name: "fuzz")
        try run(package.graph, in: [.fp32])
    }

    /// Any bytes as a package's weights.
    static let weights = FuzzTarget("weights") { bytes in
        let file = try WeightFile(bytes)
        for (offset, blob) in file.blobs {
            require(blob.bytes.endIndex <= bytes.count && offset < bytes.count, "a blob lies within the file")
        }
    }

    /// Any bytes as a Core ML neural network.
    static let neuralNetwork = FuzzTarget("network") { bytes in
        let network = try CoreMLNetwork(CoreMLModel(serializedBytes: bytes), name: "fuzz")
        try run(network.graph, in: [.fp32])
    }

    /// Any bytes as a Caffe network: its definition up to the first zero, and its weights behind that.
    static let caffe = FuzzTarget("caffe") { bytes in
        let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
        let network = try CaffeNetwork(
            definition: Array(bytes[..<end]), weights: CaffeWeights(Array(bytes[end...].dropFirst()), file: "fuzz"),
            name: "fuzz", file: "fuzz")
        try run(network.graph, in: [.fp32])
    }

    /// Any bytes as a file whose kind is to be told.
    static let kinds = FuzzTarget("kinds") { bytes in _ = try ModelFormat.ofFile(bytes, path: "fuzz") }

    /// A graph with every open extent small.
    private static func run(_ graph: Graph, in arithmetics: [ArithmeticName]) throws {
        let shapes = try graph.inputs.map { input in
            try Shape(
                checking: input.dimensions.map { dimension in
                    if case .fixed(let extent) = dimension { extent } else { 13 }
                })
        }
        guard shapes.allSatisfy({ $0.count <= 1 << 14 }) else { return }
        let types = try graph.tensorTypes(
            for: Dictionary(zip(graph.inputs.map(\.name), shapes), uniquingKeysWith: { $1 }))
        // A second is the most that one input may take: large graphs are another's task.
        guard types.values.reduce(0, { $0 + min($1.shape.count, 1 << 20) }) <= 1 << 18 else { return }
        let work = graph.nodes.reduce(0.0) { sum, node in
            guard let output = types[node.outputs[0]] else { return sum }
            return sum
                + Double(node.operator.multiplyAdds(from: node.inputs.map { $0.flatMap { types[$0] } }, to: output))
        }
        guard work <= 1e7 else { return }
        for arithmetic in arithmetics {
            let engine = try arithmetic.engine(for: graph)
            var inputs = [String: AnyTensor]()
            for (input, shape) in zip(graph.inputs, shapes) {
                inputs[input.name] =
                    switch input.elementType.floatFormat {
                    case nil: .bool(Tensor(shape, repeating: true))
                    default: .float32(Tensor(shape, (0..<shape.count).map { Float($0 % 7) - 3 }))
                    }
            }
            _ = try engine.run(inputs)
        }
    }
}

/// The weights beside a fuzzed program: 64 KiB of a file's blobs, made once.
private enum SeedWeights {
    static let bytes: [UInt8] = {
        var builder = WeightFileBuilder()
        for shape: Shape in [[10, 3, 3, 3], [16, 10, 3, 3]] {
            _ = builder.append(.float16(Tensor(shape, repeating: 0.125)), .float16)
        }
        _ = builder.append(.float32(Tensor([10, 3, 3, 3], repeating: 0.125)), .float32)
        return builder.bytes
    }()
}
