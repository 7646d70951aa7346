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
        let provenance = try #require(model.provenance as? CoreMLNetworkProvenance)
        #expect(Set(provenance.compressed.map(\.bits)) == Set([bits].compactMap { $0 }))
        #expect(provenance.layers == 15 && provenance.defaultShapes == ["input": [1, 3, 9, 11]])
    }

    @Test(
        "Layers that pad, cut, resample and spread maps compute what numpy does from the weights that coremltools wrote"
    )
    func maps() throws {
        let output = try #require(model("network_maps").engine(.fp64).run(["input": tensor("network_input")])["out"])
        let wanted = try tensor("network_maps")
        #expect(output.shape == wanted.shape)
        for (found, wanted) in zip(output.float64.elements, wanted.float64.elements) {
            #expect(abs(found - wanted) < 1e-13)
        }
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
            #expect(packed.format == .coreMLPackage && alone.format == .coreMLNetwork)
            #expect(packed.provenance as? CoreMLNetworkProvenance == alone.provenance as? CoreMLNetworkProvenance)
            #expect(packed.sha256 == alone.sha256)
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

    @Test("A pool over a whole map gives its mean or its largest number")
    func globalPool() throws {
        let x = Tensor<Float>([1, 2, 1, 3], [0, 1, 2, 3, 4, 8])
        for (type, wanted) in [(Int32(0), [2, 8]), (1, [1, 5])] as [(Int32, [Float])] {
            let graph = try network([2, 1, 3]) { ($0.pooling.type, $0.pooling.globalPooling) = (type, true) }
            #expect(try out(graph, ["input": x]) == Tensor([1, 2, 1, 1], wanted))
        }
    }

    @Test("Crop leaves the middle, or as much as a second input has from an offset on")
    func crop() throws {
        let x = Tensor<Float>([1, 1, 3, 4], (0..<12).map { Float($0) })
        let middle = try network([1, 3, 4]) { $0.crop.cropAmounts = .edges(1, 0, 0, 2) }
        #expect(try out(middle, ["input": x]) == Tensor([1, 1, 2, 2], [4, 5, 8, 9]))
        let like = try network([1, 3, 4], inputs: ["input", "input"]) { $0.crop.offset = [0, 0] }
        #expect(try out(like, ["input": x]) == x)
    }

    @Test("Padding puts a constant, the border or its reflection around a map")
    func padding() throws {
        let x = Tensor<Float>([1, 1, 1, 3], [1, 2, 3])
        func padded(_ change: (inout CoreMLPaddingLayer) -> Void) throws -> [Float]? {
            try out(
                network([1, 1, 3]) {
                    $0.padding.paddingAmounts = .edges(0, 0, 2, 1)
                    change(&$0.padding)
                }, ["input": x])?.elements
        }
        #expect(try padded { $0.constant.value = 9 } == [9, 9, 1, 2, 3, 9])
        #expect(try padded { $0.reflection = .init() } == [3, 2, 1, 2, 3, 2])
        #expect(try padded { $0.replication = .init() } == [1, 1, 1, 2, 3, 3])
    }

    @Test("Upsampling repeats elements, or goes from one to the next as its grid of the schema says")
    func upsample() throws {
        let x = Tensor<Float>([1, 1, 1, 2], [0, 1])
        func upsampled(_ change: (inout CoreMLUpsampleLayer) -> Void) throws -> [Float]? {
            try out(network([1, 1, 2]) { change(&$0.upsample) }, ["input": x])?.elements
        }
        #expect(try upsampled { $0.scalingFactor = [2, 3] } == [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1])
        #expect(try upsampled { $0.fractionalScalingFactor = [1, 2.5] } == [0, 0, 0, 1, 1])
        // Xin = 2 and Xout = 6, as the schema draws them.
        let third: Float = 1.0 / 3
        let grids: [Int32: [Float]] = [
            0: [0, third, 2 * third, 1, 1, 1], 1: [0, 0.2, 0.4, 0.6, 0.8, 1],
            2: [0, 0, third, 2 * third, 1, 1],
        ]
        for (mode, grid) in grids {
            let found = try upsampled {
                ($0.scalingFactor, $0.mode, $0.linearUpsampleMode) = ([1, 3], 1, mode)
            }
            let row = found?.prefix(6) ?? []
            for (value, wanted) in zip(row, grid) { #expect(abs(value - wanted) < 1e-6) }
            #expect(row.count == 6)
        }
    }

    @Test("A deconvolution adds multiples of its kernel; same gives stride times the extent, or what is asked for")
    func deconvolution() throws {
        let x = Tensor<Float>([1, 1, 1, 3], [1, 10, 100])
        func deconvolved(_ change: (inout CoreMLConvolutionLayer) -> Void) throws -> [Float]? {
            try out(
                network([1, 1, 3]) {
                    ($0.convolution.isDeconvolution, $0.convolution.outputChannels) = (true, 1)
                    ($0.convolution.kernelChannels, $0.convolution.kernelSize) = (1, [1, 3])
                    ($0.convolution.stride, $0.convolution.weights.floatValue) = ([1, 2], [1, 2, 3])
                    change(&$0.convolution)
                }, ["input": x])?.elements
        }
        let whole: [Float] = [1, 2, 13, 20, 130, 200, 300]
        #expect(try deconvolved { $0.valid = .init() } == whole)
        #expect(try deconvolved { $0.same = .init() } == Array(whole[0..<6]))
        #expect(try deconvolved { $0.valid.paddingAmounts = .edges(0, 0, 2, 1) } == Array(whole[2..<6]))
        #expect(try deconvolved { ($0.same, $0.outputShape) = (.init(), [1, 5]) } == Array(whole[1..<6]))
        #expect(throws: ProgramFault.self) { try deconvolved { ($0.valid, $0.outputShape) = (.init(), [1, 5]) } }
    }

    @Test("LRN divides by the squares of the channels beside it")
    func responseNormalisation() throws {
        let x = Tensor<Float>([1, 3, 1, 1], [1, 2, 3])
        let graph = try network([3, 1, 1]) {
            ($0.lrn.alpha, $0.lrn.beta, $0.lrn.localSize, $0.lrn.k) = (3, 1, 3, 1)
        }
        // 1 and the squares of the channel and its neighbours.
        let wanted: [Float] = [1.0 / 6, 2.0 / 15, 3.0 / 14]
        #expect(try out(graph, ["input": x])?.elements == wanted)
    }

    // MARK: - Refusals

    @Test("Unsupported layers are refused by name and kind, and nonsense by its place")
    func refusals() throws {
        let faults: [((inout CoreMLNeuralNetworkLayer) -> Void, String)] = [
            ({ $0 = .unread(211) }, "layer \"layer\" (resizeBilinear): a layer of this kind"),
            ({ $0.upsample.scalingFactor = [2] }, "layer \"layer\" (upsample): it has 1 factors for two axes"),
            ({ $0.upsample.mode = 7 }, "mode 7 is not supported"),
            ({ $0.padding.paddingAmounts = .init() }, "a constant, a reflection or a replication"),
            ({ $0.crop.cropAmounts.borderAmounts = [.init()] }, "amounts for 1 axes, where two are right"),
            (
                {
                    $0.padding.reflection = .init(); $0.padding.paddingAmounts = .edges(1, 1, 0, 0)
                }, "mode reflect has 0"
            ),
            ({ $0.lrn.localSize = .max }, "layer \"layer\" (lrn)"),
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

extension CoreMLBorderAmounts {
    fileprivate static func edges(_ top: UInt64, _ bottom: UInt64, _ left: UInt64, _ right: UInt64) -> Self {
        .with {
            $0.borderAmounts = [(top, bottom), (left, right)].map { start, end in
                .with { ($0.startEdgeSize, $0.endEdgeSize) = (start, end) }
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
