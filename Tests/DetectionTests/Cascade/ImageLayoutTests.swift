import Detection
import Engines
import ModelFormats
import NetworkGraph
import TestSupport
import Tensors
import Testing

/// A face network gets images in the form that its input declares.
@Suite struct ImageLayoutTests {
    private let upright = fixtures.appendingPathComponent("models/nchw/rnet.onnx").path

    private func images() -> Tensor<Float> {
        var random = RandomNumbers(seed: 4)
        return random.floats([3, 24, 24, 3], in: -1...1)
    }

    /// RNet behind nodes that turn what the declaration says into what RNet takes.
    private func answers(_ declaration: ImageDeclaration?, _ nodes: [Node], _ constants: [String: AnyTensor] = [:])
        throws
        -> Tensor<Float>
    {
        let own = try Model(contentsOf: upright).graph
        let name = own.inputs[0].name
        let input = Graph.Input(
            name: "given", elementType: .float32, dimensions: own.inputs[0].dimensions, images: declaration)
        var last = nodes
        if last.isEmpty {
            last = [Node(name: "same", operator: ActivationFunction.identity, inputs: ["given"], outputs: [name])]
        }
        let graph = try Graph(
            name: "rnet", inputs: [input], outputs: own.outputs, nodes: last + own.nodes,
            initializers: own.initializers.merging(constants) { first, _ in first })
        return try GraphFaceNetwork(.refinement, graph: graph, arithmetic: .fp32).evaluate(images())
    }

    @Test("Columns first")
    func transposed() throws {
        let name = try Model(contentsOf: upright).graph.inputs[0].name
        let turned = Node(
            name: "turn", operator: Transpose(permutation: [0, 1, 3, 2]), inputs: ["given"], outputs: [name])
        let declared = try answers(ImageDeclaration(spatialOrder: .columnsFirst, reason: "test"), [turned])
        #expect(try declared == answers(nil, []))
    }

    @Test("Pixels from 0 to 255", arguments: [ImageDeclaration.Channels.rgb, .bgr])
    func pixels(channels: ImageDeclaration.Channels) throws {
        let name = try Model(contentsOf: upright).graph.inputs[0].name
        // BGR is turned by a convolution that exchanges the first channel and the last.
        let exchange: [Float] = channels == .bgr ? [0, 0, 1, 0, 1, 0, 1, 0, 0] : [1, 0, 0, 0, 1, 0, 0, 0, 1]
        let nodes = [
            Node(name: "scale", operator: BinaryArithmetic.multiply, inputs: ["given", "factor"], outputs: ["scaled"]),
            Node(name: "shift", operator: BinaryArithmetic.add, inputs: ["scaled", "term"], outputs: ["shifted"]),
            Node(name: "order", operator: Convolution(), inputs: ["shifted", "exchange"], outputs: [name]),
        ]
        let declared = try answers(
            ImageDeclaration(spatialOrder: .rowsFirst, channels: channels, values: .pixels, reason: "test"), nodes,
            [
                "factor": .float32(Tensor([], [1 / 128])), "term": .float32(Tensor([], [-127.5 / 128])),
                "exchange": .float32(Tensor([3, 3, 1, 1], exchange)),
            ])
        for (found, wanted) in zip(declared.elements, try answers(nil, []).elements) {
            #expect(abs(found - wanted) < 1e-4)
        }
    }

    @Test("A network of layers alone that takes blue first gets blue first")
    func blueFirst() throws {
        let own = try Model(contentsOf: upright).graph
        func answers(_ declaration: ImageDeclaration?, _ images: Tensor<Float>) throws -> Tensor<Float> {
            let input = Graph.Input(
                name: own.inputs[0].name, elementType: .float32, dimensions: own.inputs[0].dimensions,
                images: declaration)
            let graph = try Graph(
                name: "rnet", inputs: [input], outputs: own.outputs, nodes: own.nodes, initializers: own.initializers)
            return try GraphFaceNetwork(.refinement, graph: graph, arithmetic: .fp32).evaluate(images)
        }
        let images = images()
        var exchanged = images
        for pixel in stride(from: 0, to: images.elements.count, by: 3) { exchanged.elements.swapAt(pixel, pixel + 2) }
        let declaration = ImageDeclaration(spatialOrder: .rowsFirst, channels: .bgr, reason: "test")
        // Other sums of the same numbers.
        for (found, wanted) in zip(try answers(declaration, images).elements, try answers(nil, exchanged).elements) {
            #expect(abs(found - wanted) < 1e-4)
        }
    }

    @Test("Pixels without any scaling, which a network of layers alone would take, are pixels, too")
    func bare() throws {
        let declaration = ImageDeclaration(spatialOrder: .rowsFirst, values: .pixels, reason: "test")
        #expect(try answers(declaration, []).elements[0] != answers(nil, []).elements[0])
    }

    @Test("A gray network gets one channel of 0.299 R + 0.587 G + 0.114 B")
    func gray() throws {
        let kernel = Tensor<Float>([6, 1, 24, 24], [Float](repeating: 1 / 576, count: 6 * 576))
        let graph = try Graph(
            name: "rnet",
            inputs: [
                Graph.Input(
                    name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(1), .fixed(24), .fixed(24)],
                    images: ImageDeclaration(spatialOrder: .rowsFirst, channels: .gray, values: .pixels, reason: "test")
                )
            ], outputs: ["y"],
            nodes: [
                Node(name: "mean", operator: Convolution(), inputs: ["x", "k"], outputs: ["m"]),
                Node(name: "flat", operator: Flatten(), inputs: ["m"], outputs: ["y"]),
            ], initializers: ["k": .float32(kernel)])
        let flat = Tensor<Float>([1, 24, 24, 3], (0..<24 * 24).flatMap { _ in [1, 0, -1] as [Float] })
        let found = try GraphFaceNetwork(.refinement, graph: graph, arithmetic: .fp32).evaluate(flat)
        let wanted: Float = 0.299 * 255.5 + 0.587 * 127.5 + 0.114 * -0.5
        #expect(abs(found.elements[0] - wanted) < 1e-3)
    }
}
