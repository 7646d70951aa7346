import Engines
import NetworkGraph
import TestSupport
import Tensors
import Testing

/// What a fused network refuses, and how it says so.
@Suite struct FusionErrorTests {
    private func network(
        _ operation: any Operator, _ constants: [String: AnyTensor] = [:], arithmetic: ArithmeticName = .fp32
    ) throws -> FusedNetwork {
        let weights = AnyTensor.float32(Tensor([4, 3, 3, 3], repeating: 0.5))
        let graph = try Graph(
            name: "g",
            inputs: [
                Graph.Input(
                    name: "x", elementType: .float32,
                    dimensions: [.symbolic("N"), .fixed(3), .symbolic("h"), .symbolic("w")])
            ],
            outputs: ["z"],
            nodes: [
                Node(name: "conv", operator: Convolution(), inputs: ["x", "weights"], outputs: ["y"]),
                Node(name: "last", operator: operation, inputs: ["y"] + constants.keys.sorted(), outputs: ["z"]),
            ], initializers: constants.merging(["weights": weights]) { $1 })
        return try FusedNetwork(
            graph, imageAxes: [.image, .channel, .row, .column], outputs: ["z"], arithmetic: arithmetic)
    }

    @Test(
        "A node that fused networks do not know is named",
        arguments: [
            ActivationFunction.sigmoid, MaxPool(window: SlidingWindow(kernel: [4, 4])), GlobalAveragePool(), Flatten(),
        ] as [any Operator])
    func unsupportedNode(operation: any Operator) {
        let error = #expect(throws: FusionError.self) { try network(operation) }
        let isNamed =
            switch error {
            case .unsupportedNode("last", operation.name, _), .unsupportedTensor("z", _): true
            default: false
            }
        #expect(isNamed, "\(String(describing: error))")
    }

    @Test("A slope for each of the wrong number of channels is refused")
    func wrongSlope() {
        let slope = AnyTensor.float32(Tensor([5, 1, 1], repeating: 0.5))
        #expect(throws: FusionError.self) { try network(PReLU(), ["slope": slope]) }
    }

    @Test("float64, which has no layer kernels, is refused")
    func unsupportedArithmetic() {
        let slope = AnyTensor.float32(Tensor([4, 1, 1], repeating: 0.5))
        #expect(throws: FusionError.unsupportedArithmetic(.fp64)) {
            try network(PReLU(), ["slope": slope], arithmetic: .fp64)
        }
    }

    @Test(
        "Images that do not fit are refused with their shape",
        arguments: [[1, 2, 5, 3], [1, 5, 5, 4], [5, 5, 3]] as [Shape])
    func badInput(shape: Shape) throws {
        let slope = AnyTensor.float32(Tensor([4, 1, 1], repeating: 0.5))
        let network = try network(PReLU(), ["slope": slope])
        let error = #expect(throws: FusionError.self) { try network.evaluate(Tensor(shape, repeating: 0)) }
        #expect(error?.description.hasPrefix("images \(shape): ") == true)
    }

    @Test("No images give no outputs")
    func empty() throws {
        let slope = AnyTensor.float32(Tensor([4, 1, 1], repeating: 0.5))
        let outputs = try network(PReLU(), ["slope": slope]).evaluate(Tensor([0, 7, 6, 3], repeating: 0))
        #expect(outputs.shape == [0, 5, 4, 4])
    }

    @Test(
        "Weights that are cast, or dequantised, from constants are constants",
        arguments: [ArithmeticName.fp32, .fp16Weights])
    func convertedWeights(arithmetic: ArithmeticName) throws {
        var random = RandomNumbers(seed: 9)
        let half = AnyTensor.float16(
            Tensor([4, 3, 3, 3], (0..<108).map { _ in Float16.random(in: -1...1, using: &random) }))
        let bytes = AnyTensor.int8(
            Tensor([4, 3, 3, 3], (0..<108).map { _ in Int8.random(in: -90...90, using: &random) }))
        let scale = AnyTensor.float32(Tensor([4], [0.01, 0.02, 0.03, 0.04]))
        let nodes = [
            Node(name: "cast", operator: Cast(to: .float(.binary32)), inputs: ["half"], outputs: ["w"]),
            Node(
                name: "dequantize", operator: DequantizeLinear(groups: .init(axis: 0)), inputs: ["bytes", "scale"],
                outputs: ["v"]),
        ]
        for weights in ["w", "v"] {
            let graph = try Graph(
                name: "g",
                inputs: [
                    Graph.Input(
                        name: "x", elementType: .float32,
                        dimensions: [.symbolic("N"), .fixed(3), .symbolic("h"), .symbolic("w")])
                ], outputs: ["y"],
                nodes: nodes + [Node(name: "conv", operator: Convolution(), inputs: ["x", weights], outputs: ["y"])],
                initializers: ["half": half, "bytes": bytes, "scale": scale])
            let fused = try FusedNetwork(
                graph, imageAxes: [.image, .channel, .row, .column], outputs: ["y"], arithmetic: arithmetic)
            let x = Tensor<Float>([1, 5, 5, 3], (0..<75).map { _ in Float.random(in: -1...1, using: &random) })
            let expected = try arithmetic.engine(for: graph).run(["x": .float32(x.transposed([0, 3, 1, 2]))])
            #expect(try .float32(fused.evaluate(x).transposed([0, 3, 1, 2])) == expected["y"])
        }
    }
}
