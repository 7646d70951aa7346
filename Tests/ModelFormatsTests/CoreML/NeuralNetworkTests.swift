import Engines
import Foundation
import NetworkGraph
import TestSupport
import Tensors
import Testing

@testable import ModelFormats

/// Core ML's neural networks of specification 1 to 5 (`.mlmodel`).
@Suite struct NeuralNetworkTests {
    private static let folder = fixtures.appendingPathComponent("coreml")

    private func tensor(_ name: String) throws -> AnyTensor {
        try AnyTensor(npy: [UInt8](Data(contentsOf: Self.folder.appendingPathComponent("\(name).npy"))))
    }

    private func model(_ name: String) throws -> Model {
        try Model(contentsOf: Self.folder.appendingPathComponent("\(name).mlmodel").path)
    }

    @Test(
        "A network of coremltools computes what numpy does from the weights that it holds",
        arguments: [("float32", nil), ("float16", 16), ("linear_5bit", 5), ("table_4bit", 4)] as [(String, Int?)])
    func weights(name: String, bits: Int?) throws {
        let model = try model("network_\(name)")
        let output = try #require(model.engine(.fp64).run(["input": tensor("network_input")])["out"])
        #expect(output.shape == [1, 5, 1, 1])
        for (found, wanted) in zip(output.float64.elements, try tensor("network_\(name)").float64.elements) {
            #expect(abs(found - wanted) < 1e-14)
        }
        guard case .coreMLNetwork(let provenance) = model.format else {
            Issue.record("it is read as \(model.format)")
            return
        }
        #expect(Set(provenance.compressed.map(\.bits)) == Set([bits].compactMap { $0 }))
        #expect(provenance.layers == 15 && provenance.defaultShapes == ["input": [1, 3, 9, 11]])
    }

    @Test("An image is scaled and shifted by channel, in the order that the description gives")
    func image() throws {
        let model = try model("network_image")
        let images = try #require(model.graph.inputs[0].images)
        #expect(images.channels == .bgr && images.values == .pixels)
        let output = try #require(model.engine(.fp64).run(["input": tensor("network_image_input")])["out"])
        for (found, wanted) in zip(output.float64.elements, try tensor("network_image").float64.elements) {
            #expect(abs(found - wanted) < 1e-12)
        }
    }

    @Test("In a package it is read, too")
    func package() throws {
        try withTemporaryDirectory { directory in
            let package = "\(directory)/n.mlpackage"
            try FileManager.default.copyItem(
                atPath: Self.folder.appendingPathComponent("image_gray.mlpackage").path, toPath: package)
            let bytes = try Data(contentsOf: Self.folder.appendingPathComponent("network_float32.mlmodel"))
            try bytes.write(to: URL(fileURLWithPath: "\(package)/Data/com.apple.CoreML/model.mlmodel"))
            let (alone, packed) = (try model("network_float32"), try Model(contentsOf: package))
            #expect(packed.format == alone.format && packed.sha256 == alone.sha256)
        }
    }

    // MARK: - Layers by their definition

    /// A network of one layer "layer" from "input" to "out".
    private func network(
        _ shape: [Int64], inputs: [String] = ["input"], isExact: Bool = false,
        _ layer: (inout CoreMLNeuralNetworkLayer) -> Void
    ) throws -> Graph {
        let model = CoreMLModel.with { model in
            model.specificationVersion = 4
            for name in Set(inputs).sorted() {
                model.description_p.input.append(
                    .with {
                        $0.name = name
                        $0.type.multiArrayType.shape = shape
                    })
            }
            model.neuralNetwork.arrayInputShapeMapping = isExact ? 1 : 0
            model.neuralNetwork.layers = [
                .with {
                    $0.name = "layer"
                    $0.input = inputs
                    $0.output = ["out"]
                    layer(&$0)
                }
            ]
        }
        return try CoreMLNetwork(model, name: "small").graph
    }

    private func out(_ graph: Graph, _ tensors: [String: Tensor<Float>]) throws -> Tensor<Float>? {
        try ArithmeticName.fp32.engine(for: graph).run(tensors.mapValues { .float32($0) })["out"]?.float32Tensor
    }

    @Test("Flatten goes through channel, height, width, or through height, width, channel")
    func flatten() throws {
        let x = Tensor<Float>([1, 2, 1, 3], [0, 1, 2, 3, 4, 5])
        for (mode, order) in [(Int32(0), [0, 1, 2, 3, 4, 5]), (1, [0, 3, 1, 4, 2, 5])] as [(Int32, [Float])] {
            let graph = try network([2, 1, 3]) { $0.flatten.mode = mode }
            #expect(try out(graph, ["input": x]) == Tensor([1, 6, 1, 1], order))
        }
    }

    @Test("Reshape keeps the order of the channels, or has them last meanwhile")
    func reshape() throws {
        let x = Tensor<Float>([1, 2, 1, 3], [0, 1, 2, 3, 4, 5])
        for (mode, order) in [(Int32(0), [0, 1, 2, 3, 4, 5]), (1, [0, 3, 1, 4, 2, 5])] as [(Int32, [Float])] {
            let graph = try network([2, 1, 3]) {
                $0.reshape.targetShape = [1, 2, 3]
                $0.reshape.mode = mode
            }
            #expect(try out(graph, ["input": x]) == Tensor([1, 1, 2, 3], order))
        }
    }

    @Test("Permute, concat, average and the hard sigmoid are those of the schema")
    func others() throws {
        let x = Tensor<Float>([1, 2, 1, 3], [0, 1, 2, 3, 4, 5])
        let permuted = try network([2, 1, 3]) { $0.permute.axis = [0, 3, 1, 2] }
        #expect(try out(permuted, ["input": x]) == Tensor([1, 3, 2, 1], [0, 3, 1, 4, 2, 5]))
        let joined = try network([2, 1, 3], inputs: ["input", "b"]) { $0.concat = .init() }
        #expect(try out(joined, ["input": x, "b": x]) == Tensor([1, 4, 1, 3], x.elements + x.elements))
        let mean = try network([2, 1, 3], inputs: ["input", "b"]) { $0.average = .init() }
        #expect(try out(mean, ["input": x, "b": x.map { $0 + 2 }]) == x.map { $0 + 1 })
        let hard = try network([2, 1, 3]) {
            ($0.activation.sigmoidHard.alpha, $0.activation.sigmoidHard.beta) = (0.5, -0.5)
        }
        #expect(try out(hard, ["input": x]) == Tensor([1, 2, 1, 3], [0, 0, 0.5, 1, 1, 1]))
        let pooled = try network([2, 1, 3]) { ($0.reduce.mode, $0.reduce.axis) = (1, 1) }
        #expect(try out(pooled, ["input": x]) == Tensor([1, 2, 1, 1], [1, 4]))
        let exact = try network([2, 3], isExact: true) { layer in
            layer.innerProduct.inputChannels = 3
            layer.innerProduct.outputChannels = 1
            layer.innerProduct.weights.floatValue = [1, 10, 100]
        }
        #expect(try out(exact, ["input": Tensor([2, 3], x.elements)]) == Tensor([2, 1], [210, 543]))
    }

    @Test("A pool that includes the last pixel has Caffe's number of positions")
    func pool() throws {
        for (extent, positions) in [(4, 2), (5, 3), (6, 3)] as [(Int64, Int)] {
            let graph = try network([1, extent, 4]) {
                $0.pooling.kernelSize = [2, 2]
                $0.pooling.stride = [2, 2]
                $0.pooling.includeLastPixel.paddingAmounts = [0, 0]
            }
            let x = Tensor<Float>([1, 1, Int(extent), 4], repeating: 1)
            #expect(try out(graph, ["input": x])?.shape == [1, 1, positions, 2])
        }
    }

    // MARK: - Refusals

    @Test("What is not read is refused by the layer's name and kind, and nonsense by its place")
    func refusals() throws {
        let faults: [((inout CoreMLNeuralNetworkLayer) -> Void, String)] = [
            ({ $0.convolution.isDeconvolution = true }, "layer \"layer\" (deconvolution): a layer of this kind"),
            ({ $0 = .unread(210) }, "layer \"layer\" (upsample): a layer of this kind"),
            ({ $0 = .unread(4321) }, "layer \"layer\" (kind 4321)"),
            ({ $0.input = ["other"] }, "takes \"other\", which no layer before it gives"),
            ({ $0.input = ["out"] }, "takes \"out\", which no layer before it gives"),
            ({ $0.output = ["input"] }, "gives \"input\", which something before it gives"),
            ({ ($0.innerProduct.inputChannels, $0.innerProduct.outputChannels) = (5, 2) }, "its weights: 0 numbers"),
            (
                {
                    $0.innerProduct.inputChannels = .max
                    $0.innerProduct.outputChannels = .max
                }, "more than"
            ),
            (
                {
                    $0.bias.shape = [2]
                    $0.bias.bias.float16Value = Data([1, 2, 3])
                }, "its bias: 3 bytes of float16, where [2] takes 4"
            ),
            (
                {
                    $0.bias.shape = [2]
                    $0.bias.bias.rawValue = Data([1, 2])
                    $0.bias.bias.quantization.numberOfBits = 8
                }, "integers without a scale or a table"
            ),
            (
                {
                    $0.bias.shape = [2]
                    $0.bias.bias.rawValue = Data([1, 2])
                    $0.bias.bias.quantization.numberOfBits = 4
                }, "2 bytes for 2 integers of 4 bits"
            ),
            (
                {
                    $0.bias.shape = [2]
                    $0.bias.bias.rawValue = Data([1])
                    $0.bias.bias.quantization.numberOfBits = 4
                    $0.bias.bias.quantization.lookupTable.floatValue = [1]
                }, "a table of 1 entries for 4 bits"
            ),
            ({ $0.softmaxNd.axis = .min }, "has axis"),
            ({ $0.squeeze.axes = [.max] }, "axes"),
            ({ $0.pooling.valid.paddingAmounts.borderAmounts = [.init()] }, "1 paddings for two axes"),
            ({ $0.permute.axis = [1, 0, 2, 3] }, "only one that begins with 0"),
        ]
        for (change, words) in faults {
            #expect {
                try network([2, 1, 3], change)
            } throws: { error in
                "\((error as? ProgramFault)?.description ?? "")".contains(words)
            }
        }
    }

    @Test("Every beginning of a file is refused or read, without a crash")
    func truncation() throws {
        let bytes = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent("network_table_4bit.mlmodel")))
        for count in 0..<bytes.count {
            _ = try? CoreMLNetwork(CoreMLModel(Array(bytes.prefix(count)), file: "n"), name: "n", file: "n")
        }
        for position in bytes.indices {
            for change: UInt8 in [1, 0x80, 0xff] {
                var changed = bytes
                changed[position] ^= change
                guard let model = try? CoreMLModel(changed, file: "n"),
                    let network = try? CoreMLNetwork(model, name: "n", file: "n")
                else { continue }
                _ = try? network.graph.tensorTypes(for: network.provenance.defaultShapes)
            }
        }
    }
}

extension CoreMLNeuralNetworkLayer {
    /// A layer of a kind that is not read: an empty message under the kind's number.
    fileprivate static func unread(_ number: Int) -> CoreMLNeuralNetworkLayer {
        let key = number << 3 | 2
        let varint = stride(from: 0, to: 21, by: 7).map { key >> $0 }.filter { $0 > 0 }
        let bytes = varint.enumerated().map { UInt8($1 & 0x7f) | ($0 < varint.count - 1 ? 0x80 : 0) } + [0]
        var layer = (try? CoreMLNeuralNetworkLayer(serializedBytes: bytes)) ?? .init()
        (layer.name, layer.input, layer.output) = ("layer", ["input"], ["out"])
        return layer
    }
}
