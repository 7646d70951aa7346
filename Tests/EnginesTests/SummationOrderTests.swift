import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Engines

/// A convolution of 3 x 3 taps whose sides are no multiple of any tile's.
@Suite struct SummationOrderTests {
    private func run(_ arithmetic: ArithmeticName, _ order: SummationOrder) throws -> [Double] {
        var random = RandomNumbers(seed: 7)
        func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
        let image = AnyTensor.float32(Tensor([2, 5, 13, 17], numbers(2 * 5 * 13 * 17)))
        let graph = try Graph(
            name: "convolution",
            inputs: [
                Graph.Input(
                    name: "x", elementType: .float32, dimensions: [.fixed(2), .fixed(5), .fixed(13), .fixed(17)])
            ],
            outputs: ["y"],
            nodes: [
                Node(
                    name: "conv",
                    operator: Convolution(padding: .explicit(begin: [1, 1], end: [1, 1])),
                    inputs: ["x", "w", "b"], outputs: ["y"])
            ],
            initializers: [
                "w": .float32(Tensor([4, 5, 3, 3], numbers(180))), "b": .float32(Tensor([4], numbers(4))),
            ])
        let outputs = try arithmetic.engine(for: graph, order: order).run(["x": image])
        return try #require(outputs["y"]).float64.elements
    }

    @Test("Every order computes the same sums: in float64 to its precision, and in float32 with roundings of its own")
    func sums() throws {
        let (exact, sequence) = (try run(.fp64, .sequence), try run(.fp32, .sequence))
        for order in SummationOrder.allCases {
            let (wide, narrow) = (try run(.fp64, order), try run(.fp32, order))
            // 45 products below 1; the transforms of F(6,3) multiply errors by less than 10^3.
            #expect(zip(exact, wide).allSatisfy { abs($0 - $1) < 45 * 1e3 * 0x1p-53 }, "\(order)")
            #expect(zip(exact, narrow).allSatisfy { abs($0 - $1) < 45 * 1e3 * 0x1p-24 }, "\(order)")
            #expect((narrow == sequence) == (order == .sequence), "\(order)")
        }
    }
}
