import Foundation
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Engines

/// The engine on blocks of channels against the definition, bit for bit.
@Suite struct BlockedEngineTests {
    @Test(
        "On every level the outputs of random graphs have the bits of the definition", arguments: KernelLevel.supported)
    func equalsDefinition(level: KernelLevel) throws {
        for seed in 0..<60 as Range<UInt64> {
            var maps = RandomMaps(seed: seed, nodes: 14)
            let graph = try maps.graph()
            let inputs = ["x": maps.inputTensor()]
            let defined = try OperatorEngine<Float32Arithmetic>(graph).run(inputs)
            let engine = try BlockedEngine(graph, level: level)
            // Twice: the second run finds the memory as the first left it.
            for _ in 0..<2 {
                let outputs = try engine.run(inputs)
                for (name, tensor) in defined {
                    #expect(
                        difference(outputs[name], tensor) == nil,
                        "seed \(seed), \(name) of \(graph.nodes.map { "\($0.operator.name) \($0.inputs)" })")
                }
            }
        }
    }

    @Test(
        "Sums of so many taps that the kernels apply them in several passes have the bits of the definition",
        arguments: KernelLevel.supported)
    func passes(level: KernelLevel) throws {
        // One tile, narrow rows and wide ones; 1 x 1 kernels, whose taps follow each other, and others.
        for (channels, kernel, stride, rows, columns) in [
            (596, 1, 1, 1, 3), (300, 1, 1, 13, 15), (588, 1, 2, 9, 13), (69, 3, 1, 7, 7), (76, 3, 2, 9, 41),
        ] {
            var random = RandomNumbers(seed: UInt64(channels))
            var initializers = [String: AnyTensor]()
            for name in ["a", "b"] {
                let weights = random.floats([40, channels, kernel, kernel], in: -0.1...0.1)
                initializers["\(name).weights"] = .float32(weights)
                initializers["\(name).bias"] = .float32(random.floats([40], in: -1...1))
            }
            let convolution = Convolution(strides: [stride, stride], padding: .sameUpper)
            // The second convolution adds the first one's results to its own sums.
            func node(_ name: String, _ operation: any Operator, _ inputs: [String]) -> Node {
                Node(name: name, operator: operation, inputs: inputs, outputs: [name])
            }
            let graph = try Graph(
                name: "passes",
                inputs: [
                    .init(
                        name: "x", elementType: .float32,
                        dimensions: [1, channels, rows, columns].map { .fixed($0) })
                ], outputs: ["activated"],
                nodes: [
                    node("a", convolution, ["x", "a.weights", "a.bias"]),
                    node("b", convolution, ["x", "b.weights", "b.bias"]),
                    node("sum", BinaryArithmetic.add, ["b", "a"]),
                    node("activated", ActivationFunction.relu, ["sum"]),
                ], initializers: initializers)
            let inputs = ["x": AnyTensor.float32(random.floats([1, channels, rows, columns], in: -1...1))]
            let defined = try OperatorEngine<Float32Arithmetic>(graph).run(inputs)
            let outputs = try BlockedEngine(graph, level: level).run(inputs)
            for (name, tensor) in defined {
                #expect(difference(outputs[name], tensor) == nil, "\(channels) channels: \(name)")
            }
        }
    }

    @Test("Elements that only move have the bits of the definition, evenly apart or not")
    func movedElements() throws {
        var random = RandomNumbers(seed: 9)
        let integers: [String: [Int64]] = [
            "axes": [2, 3], "from": [1, 0], "to": [7, 9], "by": [2, 3], "last": [-1, -1], "first": [-99, -99],
            "back": [-2, -1], "around": [0, 1, 2, 1, 0, 0, 1, 1], "large": [3, 3, 7, 9], "places": [2, 0, 1, 1],
        ]
        // A network that moves the elements of `x`, and of a row of it that is repeated.
        let moves: [(any Operator, [String])] = [
            (Slice(), ["x", "from", "to", "axes", "by"]), (Slice(), ["x", "last", "first", "axes", "back"]),
            (Transpose(permutation: [0, 2, 3, 1]), ["x"]), (Pad(), ["x", "around"]),
            (Pad(), ["row", "around"]), (Gather(axis: 1), ["x", "places"]), (Expand(), ["row", "large"]),
            (Concat(axis: 1), ["x", "x"]),
        ]
        let graph = try Graph(
            name: "moves",
            inputs: [
                .init(name: "x", elementType: .float32, dimensions: [3, 3, 7, 9].map { .fixed($0) }),
                .init(name: "row", elementType: .float32, dimensions: [3, 1, 7, 1].map { .fixed($0) }),
            ], outputs: moves.indices.map { "y\($0)" },
            nodes: moves.enumerated().map { place, move in
                Node(name: "y\(place)", operator: move.0, inputs: move.1, outputs: ["y\(place)"])
            }, initializers: integers.mapValues { .int64(Tensor([$0.count], $0)) })
        let inputs = [
            "x": AnyTensor.float32(random.floats([3, 3, 7, 9], in: -1...1)),
            "row": AnyTensor.float32(random.floats([3, 1, 7, 1], in: -1...1)),
        ]
        let defined = try OperatorEngine<Float32Arithmetic>(graph).run(inputs)
        let outputs = try BlockedEngine(graph).run(inputs)
        #expect(defined.count == moves.count)
        for (name, tensor) in defined { #expect(difference(outputs[name], tensor) == nil, "\(name)") }
    }

    @Test("All cores in one run give the bits of one")
    func threads() throws {
        for seed in 0..<60 as Range<UInt64> {
            var maps = RandomMaps(seed: seed, nodes: 14)
            let graph = try maps.graph()
            let inputs = ["x": maps.inputTensor()]
            let alone = try BlockedEngine(graph, workOfThread: .max).run(inputs)
            let engine = try BlockedEngine(graph, workOfThread: 1)
            for _ in 0..<3 {
                let together = try engine.run(inputs)
                for (name, tensor) in alone {
                    #expect(difference(together[name], tensor) == nil, "seed \(seed), \(name)")
                }
            }
        }
    }

    @Test("Every tensor that is observed has the bits of the definition, in the order of computation")
    func observed() throws {
        for seed in 0..<30 as Range<UInt64> {
            var maps = RandomMaps(seed: seed, nodes: 14)
            let graph = try maps.graph()
            let inputs = ["x": maps.inputTensor()]
            var defined = [(String, AnyTensor)]()
            var observed = [(String, AnyTensor)]()
            let expected = try OperatorEngine<Float32Arithmetic>(graph).run(inputs) {
                defined.append(($0.name, $0.values))
            }
            let outputs = try BlockedEngine(graph).run(inputs) { observed.append(($0.name, $0.values)) }
            #expect(observed.map(\.0) == defined.map(\.0))
            for (own, wanted) in zip(observed, defined) {
                #expect(difference(own.1, wanted.1) == nil, "seed \(seed), \(wanted.0)")
            }
            for (name, tensor) in expected {
                #expect(difference(outputs[name], tensor) == nil, "seed \(seed), \(name)")
            }
        }
    }

    @Test("Most nodes of the random graphs are computed in blocks")
    func coverage() throws {
        var (defined, all) = (0, 0)
        for seed in 0..<60 as Range<UInt64> {
            let maps = RandomMaps(seed: seed, nodes: 14)
            let graph = try maps.graph()
            let planner = BlockedPlanner(
                graph, try graph.tensorTypes(for: ["x": maps.input]), constants: graph.initializers, observes: false)
            for case .defined in planner.steps { defined += 1 }
            all += graph.nodes.count
        }
        // Of the operators that are drawn, convolutions with a stride of 3 have no kernel.
        #expect(defined * 4 < all, "\(defined) of \(all)")
    }

    @Test("Images of a batch, and runs at the same time, do not change each other")
    func batchesAndThreads() async throws {
        var maps = RandomMaps(seed: 3, nodes: 12)
        let engine = try BlockedEngine(try maps.graph())
        let inputs = (0..<4).map { _ in maps.inputTensor() }
        let alone = try inputs.map { try engine.run(["x": $0]) }
        try await withThrowingTaskGroup(of: (Int, [String: AnyTensor]).self) { group in
            for (index, input) in inputs.enumerated() { group.addTask { (index, try engine.run(["x": input])) } }
            for try await (index, outputs) in group { #expect(outputs == alone[index]) }
        }
    }

    /// Where two tensors differ in their bits; NaN equals NaN.
    private func difference(_ own: AnyTensor?, _ wanted: AnyTensor) -> String? {
        guard case .float32(let own)? = own, case .float32(let wanted) = wanted else {
            return own == wanted ? nil : "other kinds"
        }
        guard own.shape == wanted.shape else { return "\(own.shape) and \(wanted.shape)" }
        // Equal bytes are found at once, for most tensors have them.
        let bytes = [own, wanted].map { $0.elements.withUnsafeBytes { Data($0) } }
        guard bytes[0] != bytes[1] else { return nil }
        let place = own.elements.indices.first { place in
            let (own, wanted) = (own.elements[place], wanted.elements[place])
            return own.isNaN ? !wanted.isNaN : own.bitPattern != wanted.bitPattern
        }
        return place.map { "\($0): \(own.elements[$0]), expected \(wanted.elements[$0])" }
    }
}
