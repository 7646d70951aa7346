import Engines
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// Which of equal numbers a fused pool takes.
@Suite struct FusedPoolTests {
    /// A PReLU whose slope is so small that it makes -1e-20 to -0, which equals 0, and -1 to a number below; then a
    /// pool.
    private func network(side: Int, isTransposed: Bool) throws -> Graph {
        let identity = (0..<9).map { Float($0 % 4 == 0 ? 1 : 0) }
        let window = SlidingWindow(kernel: [side, side], strides: [2, 2], ceilMode: true)
        let operators: [(any Operator, [String])] =
            (isTransposed ? [(Transpose(permutation: [0, 3, 1, 2]), [])] : [])
            + [(Convolution(), ["identity"]), (PReLU(), ["slope"]), (MaxPool(window: window), [])]
            + (isTransposed ? [(Transpose(permutation: [0, 2, 3, 1]), [])] : [])
        let nodes = operators.enumerated().map { index, step in
            Node(name: "n\(index)", operator: step.0, inputs: ["t\(index)"] + step.1, outputs: ["t\(index + 1)"])
        }
        let extents: [Graph.Dimension] = [.symbolic("a"), .symbolic("b")]
        return try Graph(
            name: "pool",
            inputs: [
                Graph.Input(
                    name: "t0", elementType: .float32,
                    dimensions: [.symbolic("N")] + (isTransposed ? extents + [.fixed(3)] : [.fixed(3)] + extents))
            ],
            outputs: ["t\(nodes.count)"], nodes: nodes,
            initializers: [
                "identity": .float32(Tensor([3, 3, 1, 1], identity)), "slope": .float32(Tensor([1], [1e-30])),
            ])
    }

    @Test(
        "The first of the largest numbers in the graph's order is taken, on every level",
        arguments: KernelLevel.supported, [false, true])
    func firstOfEqualNumbers(level: KernelLevel, isTransposed: Bool) throws {
        var random = RandomNumbers(seed: 9)
        // Even and odd extents: windows that are whole, and cut off at either end.
        let shape: Shape = [1, 8, 9, 3]
        let choices: [Float] = [0, -1e-20, -1]
        let elements = (0..<shape.count).map { _ in choices[Int.random(in: 0..<3, using: &random)] }
        let images = Tensor(shape, elements)
        for side in 2...3 {
            let graph = try network(side: side, isTransposed: isTransposed)
            let imageAxes: [MapAxis] =
                isTransposed ? [.image, .column, .row, .channel] : [.image, .channel, .row, .column]
            let fused = try FusedNetwork(
                graph, imageAxes: imageAxes, outputs: graph.outputs, arithmetic: .fp32, level: level
            ).evaluate(images)
            let defined = try OperatorOutputs(
                ArithmeticName.fp32.engine(for: graph), images, imageAxes: imageAxes, outputs: graph.outputs
            ).tensor
            #expect(Set(fused.elements.map(\.sign)) == [.plus, .minus])
            #expect(firstDifference(fused, defined) == nil)
        }
    }
}
