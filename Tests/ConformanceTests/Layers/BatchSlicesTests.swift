import Engines
import NetworkGraph
import NetworkSupport
import Synchronization
import Tensors
import TestSupport
import Testing
@testable import Conformance

@Suite struct BatchSlicesTests {
    private func graph(_ operation: any Operator, constants: [String: AnyTensor] = [:]) throws -> Graph {
        try Graph(
            name: "g",
            inputs: [.init(name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(4)])], outputs: ["y"],
            nodes: [
                Node(name: "n", operator: operation, inputs: ["x"] + constants.keys.sorted(), outputs: ["y"])
            ], initializers: constants)
    }

    private func isApart(_ graph: Graph) -> Bool {
        graph.computesBatchElementsApart(for: ["x": [20, 4]])
    }

    @Test("The bundled kinds of layers take a batch apart")
    func smallNetwork() throws {
        #expect(try SmallNetwork().graph().computesBatchElementsApart(for: ["x": [20, 3, 6, 6]]))
    }

    @Test("Operators that mix batch elements do not: a softmax or transposition of the batch, a product summed over it")
    func across() throws {
        #expect(try isApart(graph(Softmax(axis: 1))))
        #expect(try isApart(graph(Softmax(axis: -1))))
        #expect(try !isApart(graph(Softmax(axis: 0))))
        #expect(try !isApart(graph(Softmax(axis: -2))))
        #expect(try !isApart(graph(Transpose(permutation: [1, 0]))))
        #expect(try !isApart(graph(Reshape(), constants: ["y.shape": .int64(Tensor([2], [4, -1]))])))
        let weights = AnyTensor.float32(Tensor([4, 3], repeating: 1))
        #expect(try isApart(graph(MatMul(), constants: ["z": weights])))
    }

    @Test("A number for each element of the batch is apart from the others")
    func numbers() throws {
        let ones = AnyTensor.float32(Tensor([4], repeating: 1))
        #expect(try isApart(graph(MatMul(), constants: ["z": ones])))
    }

    /// An engine that counts its runs.
    private final class CountedEngine: Engine {
        private let engine: any Engine
        private let count = Atomic(0)

        init(_ engine: any Engine) { self.engine = engine }

        var graph: Graph { engine.graph }
        var arithmetic: ArithmeticName { engine.arithmetic }
        var runs: Int { count.load(ordering: .relaxed) }

        func run(
            _ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void
        ) throws -> [String: AnyTensor] {
            count.add(1, ordering: .relaxed)
            return try engine.run(inputs, observing: observe)
        }

        func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor] {
            try engine.evaluate(node, on: inputs)
        }
    }

    @Test("Of a batch that is compared in slices, each engine's own tensors are shown slice by slice, computed once")
    func shown() throws {
        let graph = try SmallNetwork().graph()
        var random = RandomNumbers(seed: 6)
        let inputs = ["x": AnyTensor.float32(random.floats([9, 3, 6, 6], in: -1...1))]
        func tensors(in arithmetic: ArithmeticName) throws -> [String: AnyTensor] {
            var tensors = [String: AnyTensor]()
            _ = try arithmetic.engine(for: graph).run(inputs) { tensors[$0.name] = $0.values }
            return tensors
        }
        let recorded = RecordedCase(name: "case", source: "random", inputs: inputs, tensors: try tensors(in: .fp32))
        let arithmetics: [ArithmeticName] = [.fp16FMA, .fp16Weights]
        let engines = try arithmetics.map { CountedEngine(try $0.engine(for: graph)) }
        let compared = try LayerComparison.compare(
            engines.map { try LayerComparison(of: $0, bound: .float32) }, with: recorded
        ) { index, recording, computed in (index: index, recording: recording, computed: computed) }
        for (index, arithmetic) in arithmetics.enumerated() {
            let (whole, shown) = (try tensors(in: arithmetic), compared[index].observations)
            #expect(shown.map(\.recording.inputs) == [0..<4, 4..<8, 8..<9].map { recorded.slice($0).inputs })
            #expect(shown.allSatisfy { $0.index == index && $0.computed.count == whole.count })
            #expect(engines[index].runs == shown.count)
            for (name, tensor) in whole {
                #expect(shown.flatMap { $0.computed[name]?.float64.elements ?? [] } == tensor.float64.elements)
            }
        }
    }

    @Test("A batch compared in slices gives the figures of the whole, and the places in it")
    func slices() throws {
        let network = SmallNetwork()
        let graph = try network.graph()
        var random = RandomNumbers(seed: 5)
        let inputs = ["x": AnyTensor.float32(random.floats([21, 3, 6, 6], in: -1...1))]
        var tensors = [String: AnyTensor]()
        _ = try ArithmeticName.fp32.engine(for: graph).run(inputs) { tensors[$0.name] = $0.values }
        let recorded = RecordedCase(name: "case", source: "random", inputs: inputs, tensors: tensors)
        let comparison = try LayerComparison(of: ArithmeticName.fp16FMA.engine(for: graph), bound: .float32)
        let sliced = try comparison.compare(with: recorded).layers
        let parts = try (0..<21).map { try comparison.compare(with: recorded.slice($0..<$0 + 1)).layers }
        for (index, layer) in sliced.enumerated() {
            let whole = try #require(tensors[layer.layer])
            #expect(layer.shape == whole.shape.dimensions)
            let difference = layer.cumulative.difference
            #expect(difference.count == whole.shape.count)
            #expect(difference.maxAbsDiff == parts.map { $0[index].cumulative.difference.maxAbsDiff }.max())
            #expect(
                layer.isolated?.candidateError?.boundRatio
                    == parts.compactMap { $0[index].isolated?.candidateError?.boundRatio }.max())
            // A mean of means in another order of sums: a few units in the last place of float64.
            let mean = parts.reduce(0) { $0 + $1[index].cumulative.difference.meanAbsDiff } / 21
            #expect(abs(difference.meanAbsDiff - mean) <= 1e-14 * mean)
            if let worst = difference.worst {
                #expect(whole.float64.elements[position(of: worst.index, in: whole.shape)] == worst.baseline)
            }
        }
    }

    @Test("An engine that answers one at a time gets the slices in order, and none after a failure")
    func inTurn() throws {
        let engine = try FailingEngine()
        var random = RandomNumbers(seed: 5)
        let images = Tensor<Float>(
            [40, 3, 6, 6],
            (0..<40).flatMap { image in
                [Float(image)] + random.floats([107], in: -1...1).elements
            })
        let inputs = ["x": AnyTensor.float32(images)]
        let recorded = RecordedCase(
            name: "case", source: "random", inputs: inputs,
            tensors: try ArithmeticName.fp32.engine(for: engine.graph).run(inputs))
        #expect(throws: FailingEngine.Failure()) {
            try LayerComparison(of: engine, bound: .float32).compare(with: recorded)
        }
        #expect(engine.asked.withLock { $0 } == [0, 4])
    }

    private func position(of index: [Int], in shape: Shape) -> Int {
        zip(index, shape.strides).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

/// Notes the first number of each run's input, and fails in the second.
private final class FailingEngine: Engine {
    struct Failure: Error, Equatable {}

    let graph: Graph
    let asked = Mutex([Float]())
    var arithmetic: ArithmeticName { .fp32 }
    var observesNodes: Bool { false }
    var answersInTurn: Bool { true }

    init() throws { graph = try SmallNetwork().graph() }

    func run(_ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void) throws -> [String:
        AnyTensor]
    {
        guard case .float32(let x)? = inputs["x"] else { return [:] }
        asked.withLock { $0.append(x.elements[0]) }
        if x.elements[0] == 4 { throw Failure() }
        return try ArithmeticName.fp32.engine(for: graph).run(inputs, observing: observe)
    }

    func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor] { [] }
}
