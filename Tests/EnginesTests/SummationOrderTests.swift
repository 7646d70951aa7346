import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Engines

/// A convolution of 3 x 3 taps whose sides are no multiple of any tile's.
@Suite struct SummationOrderTests {
    private func run(
        _ arithmetic: ArithmeticName, _ order: SummationOrder, image: AnyTensor? = nil
    ) throws -> [Double] {
        try outputs(graph(), arithmetic, order, image: image ?? self.image)
    }

    private func outputs(
        _ graph: Graph, _ arithmetic: ArithmeticName, _ order: SummationOrder, image: AnyTensor
    ) throws -> [Double] {
        let outputs = try arithmetic.engine(for: graph, order: order).run(["x": image])
        return try #require(outputs["y"]).float64.elements
    }

    private var image: AnyTensor {
        var random = RandomNumbers(seed: 8)
        return .float32(
            Tensor([2, 5, 13, 17], (0..<2 * 5 * 13 * 17).map { _ in Float.random(in: -1...1, using: &random) }))
    }

    private func graph() throws -> Graph {
        var random = RandomNumbers(seed: 7)
        func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
        return try Graph(
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
    }

    /// The bounds of the convolution's outputs.
    private func bounds(_ image: AnyTensor, _ bound: RoundingBound) throws -> [Double] {
        let graph = try graph()
        let inputs = [image, graph.initializers["w"], graph.initializers["b"]]
        let exact = try outputs(graph, .fp64, .sequence, image: image)
        return try bound.errors(
            of: graph.nodes[0], inputs: inputs, errors: [nil, nil, nil], output: Tensor([2, 4, 13, 17], exact)
        ).elements
    }

    @Test(
        "Winograd's algorithm exceeds the bound of sums where numbers cancel, and keeps its own", arguments: [1, 1e-43])
    func winogradBound(magnitude: Float) throws {
        // Next to a large number small ones are lost in the sums of the input's transform.
        var numbers = [Float](repeating: magnitude, count: image.shape.count)
        for place in stride(from: 40, to: numbers.count, by: 97) { numbers[place] = magnitude * 1e6 }
        let image = AnyTensor.float32(Tensor(image.shape, numbers))
        let exact = try run(.fp64, .sequence, image: image)
        let ofSums = try bounds(image, RoundingBound(of: .fp32))
        let ofBoth = try bounds(image, RoundingBound(of: .fp32, programs: .summingOrWinograd))
        for order in SummationOrder.allCases {
            let errors = try zip(exact, run(.fp32, order, image: image)).map { abs($0 - $1) }
            #expect(zip(errors, ofBoth).allSatisfy { $0 <= $1 }, "\(order)")
            let isWinograd = [.winograd2, .winograd4, .winograd6].contains(order)
            if !isWinograd { #expect(zip(errors, ofSums).allSatisfy { $0 <= $1 }, "\(order)") }
            if order == .winograd6, magnitude == 1 { #expect(zip(errors, ofSums).contains { $0 > $1 }) }
        }
        #expect(zip(ofSums, ofBoth).allSatisfy { $0 <= $1 })
    }

    @Test("Of long sums the probable bound is far below the worst case, and right programs keep it")
    func probableBound() throws {
        var random = RandomNumbers(seed: 9)
        func matrix(_ rows: Int, _ columns: Int) -> AnyTensor {
            .float32(
                Tensor(
                    [rows, columns], (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }))
        }
        let operands = [matrix(8, 4096), matrix(4096, 8)]
        let node = Node(name: "product", operator: MatMul(), inputs: ["a", "b"], outputs: ["y"])
        let exact = try ArithmeticName.fp64.apply(MatMul(), to: operands).float64
        func bounds(_ programs: RoundingBound.Programs) throws -> [Double] {
            try RoundingBound(of: .fp32, programs: programs).errors(
                of: node, inputs: operands, errors: [nil, nil], output: exact
            ).elements
        }
        let (worst, probable) = (try bounds(.summing), try bounds(.probablySumming))
        // n u against 8 sqrt(n) u: 4097 / 8 / 64.
        #expect(zip(worst, probable).allSatisfy { $1 < $0 / 7.9 && $1 > $0 / 8.1 })
        for order in SummationOrder.allCases {
            let sums = try ArithmeticName.fp32.apply(MatMul(), to: operands, order: order).float64
            #expect(zip(zip(sums.elements, exact.elements), probable).allSatisfy { abs($0.0 - $0.1) <= $1 }, "\(order)")
        }
        // Of short sums the worst case is the smaller one.
        #expect(
            RoundingBound(of: .fp32, programs: .probablySumming).growth(of: 10) == RoundingBound.float32.growth(of: 10))
    }

    @Test("Sums so long that every bit may be lost have no bound, and no negative one")
    func noBound() throws {
        let bound = RoundingBound(of: .fp16FMA)
        #expect(bound.growth(of: 2047).isFinite)
        for n in [2048.0, 2049, 2929, 1e6] { #expect(bound.growth(of: n) == .infinity) }
        #expect(bound.error(of: 0, grownTo: 0, roundings: .infinity) == 0)
        // A sum of 2925 products is not held to any error, whatever comes after it.
        let operands = [
            AnyTensor.float32(Tensor([1, 2925], repeating: 1)), .float32(Tensor([2925, 1], repeating: 1)),
        ]
        let node = Node(name: "product", operator: MatMul(), inputs: ["a", "b"], outputs: ["y"])
        let errors = try bound.errors(
            of: node, inputs: operands, errors: [nil, nil], output: Tensor([1, 1], [2925]))
        #expect(errors.elements == [.infinity])
    }

    @Test("Every order computes the same sums: in float64 to its precision, in float32 with different roundings")
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
