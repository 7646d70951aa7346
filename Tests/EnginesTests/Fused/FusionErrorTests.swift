import Engines
import NetworkGraph
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
}
