import Engines
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// The networks by the names of their files, with what is known of OpenFace 2.2.0's own files.
struct BundledNetwork: CustomTestStringConvertible {
    let name: String
    let inputShape: Shape
    let layerCount: Int
    let byteCount: Int
    let sha256: String

    var testDescription: String { name }

    static let all = [
        // Odd maps under the pool and different extents, so that an exchange of the axes shows.
        BundledNetwork(
            name: "pnet", inputShape: [2, 3, 17, 14], layerCount: 8, byteCount: 35_088,
            sha256: "22dfd0a96ec983e99b21c0e214d89d55ea9a471eedd53e5a48203f22bcb4c489"),
        BundledNetwork(
            name: "rnet", inputShape: [2, 3, 24, 24], layerCount: 11, byteCount: 454_912,
            sha256: "95e9c4203ca0a08c84520fa5fd658834213ed2453a7359f4d9514a06762f91e9"),
        BundledNetwork(
            name: "onet", inputShape: [2, 3, 48, 48], layerCount: 14, byteCount: 1_729_592,
            sha256: "4c853ae5b461abe4d41f1cd77625895cd71452956c63c622fd75a3b820fb1d31"),
    ]

    func graph(_ dialect: String) throws -> Graph {
        try Model(contentsOf: fixtures.appendingPathComponent("models/\(dialect)\(name).onnx").path).graph
    }

    /// Images [N, channel, y, x] with numbers of a linear congruential generator in -1 to 1.
    var images: Tensor<Float> {
        var state: UInt32 = 1
        return Tensor(
            inputShape,
            (0..<inputShape.count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(Int32(bitPattern: state) >> 8) * 0x1p-23
            })
    }
}

@Suite struct OpenFaceConversionTests {
    @Test(
        "Either ONNX dialect gives OpenFace's own file, byte for byte", arguments: BundledNetwork.all, ["", "nchw/"])
    func bytes(network: BundledNetwork, dialect: String) throws {
        let model = try OpenFaceModel(graph: network.graph(dialect))
        #expect(model.layers.count == network.layerCount)
        #expect(model.bytes.count == network.byteCount)
        #expect(sha256Hex(model.bytes) == network.sha256)
    }

    @Test("A file's bytes are read and written back unchanged", arguments: BundledNetwork.all)
    func roundTrip(network: BundledNetwork) throws {
        let model = try OpenFaceModel(graph: network.graph(""))
        #expect(try OpenFaceModel(model.bytes) == model)
    }

    @Test(
        "The graph of a file is a chain that gives the file back, in either orientation", arguments: BundledNetwork.all,
        [OpenFaceModel.Orientation.upright, .columnMajor])
    func graphRoundTrip(network: BundledNetwork, orientation: OpenFaceModel.Orientation) throws {
        let model = try OpenFaceModel(graph: network.graph(""))
        #expect(try OpenFaceModel(graph: model.graph(orientation, name: network.name)) == model)
    }

    @Test(
        "Column-major, the outputs have the bits of the model trained on transposed images",
        arguments: BundledNetwork.all)
    func columnMajorBits(network: BundledNetwork) throws {
        let onnx = try network.graph("")
        // Where the graph has probabilities, their logits are compared.
        let logits = onnx.nodes.first { $0.operator is Softmax }?.inputs.first.flatMap { $0 }
        let heads = onnx.outputs.map { name in
            onnx.nodes.contains { $0.operator is Softmax && $0.outputs == [name] } ? logits ?? name : name
        }
        let graph = try Graph(
            name: network.name, inputs: onnx.inputs, outputs: heads, nodes: onnx.nodes, initializers: onnx.initializers)
        let images = AnyTensor.float32(network.images)
        let transposed = try ArithmeticName.fp32.apply(Transpose(permutation: [0, 3, 2, 1]), to: [images])
        let wanted = try ArithmeticName.fp32.engine(for: graph).run([graph.inputs[0].name: transposed])
        let ordered = heads.compactMap { wanted[$0] }.sorted { channels($0) < channels($1) }
        let joined = try ArithmeticName.fp32.apply(Concat(axis: -1), to: ordered)
        // Maps [N, x, y, channel] become [N, channel, y, x].
        let expected =
            joined.shape.rank == 4
            ? try ArithmeticName.fp32.apply(Transpose(permutation: [0, 3, 2, 1]), to: [joined]) : joined
        #expect(try outputs(of: network, .columnMajor) == expected)
    }

    @Test("Upright, the outputs have the bits of the upright model", arguments: BundledNetwork.all)
    func uprightBits(network: BundledNetwork) throws {
        let graph = try network.graph("nchw/")
        let expected = try ArithmeticName.fp32.engine(for: graph).run(["input": .float32(network.images)])["output"]
        #expect(try outputs(of: network, .upright) == expected)
    }

    private func outputs(of network: BundledNetwork, _ orientation: OpenFaceModel.Orientation) throws -> AnyTensor? {
        let bytes = try OpenFaceModel(graph: network.graph("")).bytes
        let graph = try OpenFaceModel(bytes).graph(orientation, name: network.name)
        return try ArithmeticName.fp32.engine(for: graph).run(["input": .float32(network.images)])[graph.outputs[0]]
    }

    private func channels(_ tensor: AnyTensor) -> Int { tensor.shape.dimensions.last ?? 0 }
}
