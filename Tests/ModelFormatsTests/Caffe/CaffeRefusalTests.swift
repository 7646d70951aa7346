import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing

/// What is no network, or none that is read, is refused with its layer's name.
@Suite struct CaffeRefusalTests {
    struct Fault: CustomTestStringConvertible {
        let network: CaffeNetworkText
        let reason: String
        var testDescription: String { reason }
        init(_ network: CaffeNetworkText, _ reason: String) { (self.network, self.reason) = (network, reason) }

        private static let dense = "inner_product_param { num_output: 3 bias_term: false }"

        static let all = [
            Fault(
                .init(
                    layers: """
                        layer { name: "a" type: "ReLU" bottom: "b" top: "a" }
                        layer { name: "b" type: "ReLU" bottom: "a" top: "b" }
                        """), "layer \"a\" (ReLU) takes blob \"b\", which no layer before it gives"),
            Fault(
                .init(
                    layers: """
                        layer { name: "a" type: "ReLU" bottom: "data" top: "y" }
                        layer { name: "b" type: "ReLU" bottom: "data" top: "y" }
                        """), "layer \"b\" (ReLU) gives blob \"y\", which another layer gives"),
            Fault(
                .init(
                    layers: """
                        layer { name: "a" type: "ReLU" bottom: "data" top: "y" }
                        layer { name: "a" type: "ReLU" bottom: "y" top: "z" }
                        """), "layer \"a\" has no name, or that of another layer"),
            Fault(.one("InnerProduct", dense), "layer \"layer\" (InnerProduct): it has no weights here"),
            Fault(
                .one("InnerProduct", dense, [Tensor([3, 41], repeating: 0)]),
                "its weights have shape [3, 41], the definition needs [3, 40]"),
            Fault(
                .one("InnerProduct", dense, [Tensor([3, 40], repeating: 0), Tensor([3], repeating: 0)]),
                "2 tensors of weights, where the definition needs 1"),
            Fault(
                .one("InnerProduct", dense, over: [1, 65_535, 65_535, 65_535]),
                "which no tensor can have"),
            Fault(
                .one("InnerProduct", "inner_product_param { num_output: 4294967295 }", over: [1, 65_535, 32_768, 1]),
                "more than"),
            Fault(
                .one("Convolution", "convolution_param { num_output: 4 kernel_size: 4294967295 }"), "more than"),
            Fault(.one("Convolution", "convolution_param { num_output: 4 }"), "it has no kernel_size"),
            Fault(
                .one("Convolution", "convolution_param { num_output: 4 kernel_size: 3 kernel_h: 3 }"),
                "it gives its kernel_size twice"),
            Fault(
                .one("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 0 }"),
                "4 outputs and 0 groups for 2 channels"),
            Fault(
                .one(
                    "Convolution", "convolution_param { num_output: 2 kernel_size: 1 stride: 0 bias_term: false }",
                    [Tensor([2, 2, 1, 1], repeating: 0)]), "has strides [0, 0]"),
            Fault(.one("Pooling", "pooling_param { kernel_size: 2 pad: 2 }"), "which must be larger"),
            Fault(.one("Pooling", "pooling_param { kernel_size: 1 stride: 2 }"), "lie after the input"),
            Fault(.one("Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 2 }"), "STOCHASTIC is not supported"),
            Fault(.one("Softmax", "softmax_param { axis: 4 }"), "it has axis 4 for an input of 4 axes"),
            Fault(.one("Permute", "permute_param { order: 7 }"), "it has the order [7] for 4 axes"),
            Fault(
                .one("BatchNorm", "batch_norm_param { use_global_stats: false }"), "with the statistics of a batch"),
            Fault(.one("Reshape", "reshape_param { shape { dim: -9223372036854775808 } }"), "at most one may be open"),
            Fault(.one("Deformable"), "node \"layer\": operator Deformable is not supported"),
            Fault(.one("HDF5Data"), "the definition for use is needed"),
            Fault(.one("ReLU", "reluu_param { }"), "line 4, \"layer { name:"),
            Fault(.one("Pooling", "pooling_param {\n pool: BEST }"), "pool: BEST } }\": a value"),
            Fault(.init(inputs: [], layers: "layer { name: \"a\" type: \"ReLU\" }"), "no input"),
            Fault(.init(layers: ""), "no layers"),
            Fault(.init(layers: "layer { name: \"a\" type: \"ReLU\""), "it does not consist of fields and values"),
        ]
    }

    @Test("A fault is refused by name", arguments: Fault.all)
    func fault(fault: Fault) throws {
        let error = #expect(throws: ModelError.self) { try fault.network.graph() }
        let description = error.map { "\($0)" } ?? ""
        #expect(description.contains(fault.reason), "\(description)")
    }

    @Test("Every beginning of a real network's files is refused, or read without a crash")
    func truncation() throws {
        let directory = fixtures.appendingPathComponent("models/caffe").path
        let definition = try String(contentsOfFile: "\(directory)/det1.prototxt", encoding: .utf8)
        let weights = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(directory)/det1.caffemodel")))
        try withTemporaryDirectory { directory in
            func model(_ definition: String, _ weights: [UInt8]) throws -> Model {
                try definition.write(toFile: "\(directory)/n.prototxt", atomically: false, encoding: .utf8)
                try Data(weights).write(to: URL(fileURLWithPath: "\(directory)/n.caffemodel"))
                return try Model(contentsOf: "\(directory)/n.caffemodel")
            }
            for count in stride(from: 0, to: weights.count - 1, by: 977) {
                #expect(throws: ModelError.self) { try model(definition, Array(weights.prefix(count))) }
            }
            for count in stride(from: 0, to: definition.count, by: 37) {
                _ = try? model(String(definition.prefix(count)), weights)
            }
        }
    }

    @Test("If one of the two files is missing, the error names it")
    func missingFile() throws {
        let source = fixtures.appendingPathComponent("models/caffe")
        try withTemporaryDirectory { directory in
            for (file, other) in [("det1.prototxt", "NET.caffemodel"), ("det1.caffemodel", "NET.prototxt")] {
                let path = "\(directory)/NET.\(file.split(separator: ".")[1])"
                try FileManager.default.copyItem(atPath: source.appendingPathComponent(file).path, toPath: path)
                let error = #expect(throws: ModelError.self) { try Model(contentsOf: path) }
                #expect("\(error as Any)".contains("there is no \(other)"))
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }
}
