import Conformance
import Engines
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// The networks of MTCNN's authors are the origin of the bundled ones.
@Suite struct CaffeOriginalsTests {
    private func caffe(_ network: BundledNetwork) throws -> Model {
        try Model(named: network.name, in: fixtures.appendingPathComponent("models/caffe").path)
    }

    /// What every node gives, in order, for the network's images with their axes exchanged.
    private func activations(_ network: BundledNetwork) throws -> (caffe: [Activation], onnx: [Activation]) {
        func run(_ graph: Graph, _ permutation: [Int]) throws -> [Activation] {
            let input = try ArithmeticName.fp32.apply(
                Transpose(permutation: permutation), to: [.float32(network.images)])
            var list = [Activation]()
            _ = try ArithmeticName.fp32.engine(for: graph).run([graph.inputs[0].name: input]) { list.append($0) }
            return list
        }
        return (try run(caffe(network).graph, [0, 1, 3, 2]), try run(network.graph(""), [0, 3, 2, 1]))
    }

    @Test(
        "On transposed images every convolution, PReLU and pool has the bundled network's bits",
        arguments: BundledNetwork.all)
    func maps(network: BundledNetwork) throws {
        let (caffe, onnx) = try activations(network)
        func maps(_ list: [Activation]) -> [(String, AnyTensor)] {
            list.filter { ["Conv", "PRelu", "MaxPool"].contains($0.node.operator.name) && $0.values.shape.rank == 4 }
                .map { ("\($0.node.operator.name) \($0.values.shape)", $0.values) }.sorted { $0.0 < $1.0 }
        }
        let (found, wanted) = (maps(caffe), maps(onnx))
        #expect(found.map(\.0) == wanted.map(\.0) && found.count >= 8)
        for (found, wanted) in zip(found, wanted) { #expect(found.1 == wanted.1, "\(found.0)") }
    }

    @Test("PNet's probabilities and boxes have the bundled network's bits")
    func proposal() throws {
        let network = BundledNetwork.all[0]
        let (caffe, onnx) = try activations(network)
        // [N, x, y, channels] as [N, channels, x, y].
        func last(_ list: [Activation], _ name: String) throws -> AnyTensor {
            try #require(list.last { $0.node.operator.name == name }).values
        }
        let wanted = try ArithmeticName.fp32.apply(
            Transpose(permutation: [0, 3, 1, 2]), to: [last(onnx, "Softmax")])
        #expect(try last(caffe, "Softmax") == wanted)
    }

    /// The first dense layer sums over channel, x, y in Caffe and over x, y, channel in the bundled networks. Each lies
    /// within gamma(n) * sum of |a||b| of the exact sum (`RoundingBound`), and so do they of each other, twice.
    @Test(
        "Behind them, the order of the first dense layer's sums alone differs, within its bound",
        arguments: Array(BundledNetwork.all[1...]))
    func dense(network: BundledNetwork) throws {
        let model = try caffe(network)
        let (caffe, onnx) = try activations(network)
        let node = try #require(model.graph.nodes.first { $0.operator is Gemm })
        let given = try #require(caffe.first { $0.name == node.inputs[0] }).values
        let inputs = [given] + node.inputs.dropFirst().map { $0.flatMap { model.graph.initializers[$0] } }
        let exact = try ArithmeticName.fp64.apply(node.operator, to: inputs.compactMap { $0 }).float64
        let bound = try RoundingBound.float32.errors(
            of: node, inputs: inputs, errors: inputs.map { _ in nil }, output: exact)
        let found = try #require(caffe.first { $0.name == node.outputs[0] }).values
        let wanted = try #require(onnx.first { $0.node.operator.name == "Add" }).values
        #expect(found != wanted)
        for values in [found, wanted] {
            for (index, value) in values.float64.elements.enumerated() {
                #expect(abs(value - exact.elements[index]) <= bound.elements[index], "\(index)")
            }
        }
        func outputs(_ list: [Activation], _ names: [String]) -> [Tensor<Double>] {
            list.filter { names.contains($0.name) }.map(\.values.float64).sorted { $0.shape.count < $1.shape.count }
        }
        let pairs = zip(
            outputs(caffe, model.graph.outputs), outputs(onnx, try network.graph("").outputs))
        for (found, wanted) in pairs {
            #expect(found.shape == wanted.shape)
            for (found, wanted) in zip(found.elements, wanted.elements) { #expect(abs(found - wanted) < 2e-6) }
        }
    }

    @Test(
        "They declare that they take transposed images, and give OpenFace's own file, byte for byte",
        arguments: BundledNetwork.all)
    func layout(network: BundledNetwork) throws {
        let model = try caffe(network)
        let images = try #require(model.graph.inputs[0].images)
        #expect(images.spatialOrder == .columnsFirst && images.reason.contains("kpzhang93"))
        #expect(try sha256Hex(OpenFaceModel(graph: model.graph).bytes) == network.sha256)
    }

    @Test("Either of the two files names the network", arguments: ["det1.prototxt", "det1.caffemodel"])
    func eitherFile(file: String) throws {
        let model = try Model(contentsOf: fixtures.appendingPathComponent("models/caffe/\(file)").path)
        #expect(model.name == "det1" && model.byteCount == 28_163 + 2_353)
        #expect(model.format == .caffe)
        let provenance = try #require(model.provenance as? CaffeProvenance)
        #expect(provenance == CaffeProvenance(layers: 10, defaultShapes: ["data": [1, 3, 12, 12]]))
        #expect(model.graph.inputs[0].dimensions.map(\.description) == ["N", "3", "height", "width"])
    }
}
