import Foundation
import NetworkGraph
import SwiftProtobuf
import Tensors

@testable import ModelFormats

/// The parts of an ONNX file, in few words.
extension ONNXModelProto {
    init(
        opset: Int64 = 13, inputs: [ONNXValueInfoProto] = [.float("x", [.dimValue(1), .dimValue(4)])],
        outputs: [String] = ["y"], initializers: [ONNXTensorProto] = [], _ nodes: [ONNXNodeProto]
    ) {
        self = .with {
            $0.irVersion = 7
            $0.producerName = "test"
            $0.graph.name = "small"
            $0.graph.node = nodes
            $0.graph.input = inputs
            $0.graph.output = outputs.map { name in .with { $0.name = name } }
            $0.graph.initializer = initializers
            $0.opsetImport = [.with { $0.version = opset }]
        }
    }

    /// y = relu(a) with a = relu(x) and x [1, 4], where a type and a shape are declared for one of the tensors.
    static func declaring(_ tensor: String, type: Int32, _ extents: [Int64]) -> Self {
        .with {
            $0 = .init([.init("Relu", ["x"], ["a"]), .init("Relu", ["a"])])
            var value = ONNXValueInfoProto.float(tensor, extents.map { .dimValue($0) })
            value.type.tensorType.elemType = type
            if tensor == "y" { $0.graph.output = [value] } else { $0.graph.valueInfo = [value] }
        }
    }

    var bytes: [UInt8] {
        get throws { try serializedBytes() }
    }

    /// The graph that is read from this model's bytes.
    func graph() throws -> Graph { try ONNXFile(bytes, file: "small.onnx").graph }
}

extension ONNXNodeProto {
    init(
        _ type: String, _ inputs: [String] = ["x"], _ outputs: [String] = ["y"], name: String = "",
        attributes: [ONNXAttributeProto] = []
    ) {
        self = .with {
            $0.opType = type
            $0.input = inputs
            $0.output = outputs
            $0.name = name
            $0.attribute = attributes
        }
    }
}

extension ONNXAttributeProto {
    static func int(_ name: String, _ value: Int64) -> Self { .with { ($0.name, $0.i) = (name, value) } }
    static func ints(_ name: String, _ values: [Int64]) -> Self { .with { ($0.name, $0.ints) = (name, values) } }
    static func float(_ name: String, _ value: Float) -> Self { .with { ($0.name, $0.f) = (name, value) } }
    static func string(_ name: String, _ value: String) -> Self {
        .with { ($0.name, $0.s) = (name, .init(value.utf8)) }
    }
}

extension ONNXValueInfoProto {
    static func float(_ name: String, _ dimensions: [ONNXTensorShapeProto.Dimension.OneOf_Value?]) -> Self {
        .with {
            $0.name = name
            $0.type.tensorType.elemType = 1
            $0.type.tensorType.shape.dim = dimensions.map { value in .with { $0.value = value } }
        }
    }
}

extension ONNXTensorProto {
    /// A tensor whose numbers stand in `float_data`.
    static func float(_ name: String, _ dimensions: [Int64], _ values: [Float]) -> Self {
        .with {
            $0.name = name
            $0.dims = dimensions
            $0.dataType = 1
            $0.floatData = [values.withUnsafeBytes { Data($0) }]
        }
    }

    /// A tensor whose elements stand as bytes in `raw_data`.
    static func raw(_ type: Int32, _ dimensions: [Int64], _ bytes: [UInt8]) -> Self {
        .with {
            $0.name = "raw"
            $0.dims = dimensions
            $0.dataType = type
            $0.rawData = .init(bytes)
        }
    }
}
