import Conformance
import Engines
import NetworkGraph
import NetworkSupport
import Tensors
import TestSupport
import Testing

@Suite struct LayerComparisonTests {
    private func compare(
        _ candidate: SmallNetwork, in arithmetic: ArithmeticName = .fp32, with baseline: RecordedCase
    ) throws -> NetworkComparison {
        let comparison = try LayerComparison(of: arithmetic.engine(for: candidate.graph()), bound: .float32)
        return NetworkComparison(
            network: "small", modelSHA256: "", cases: [try comparison.compare(with: baseline)], layersNotCompared: [])
    }

    @Test("An engine agrees bit for bit with its own recording, at every layer, isolated and cumulative")
    func itself() throws {
        let network = SmallNetwork()
        let comparison = try compare(network, with: network.recorded(in: .fp32))
        #expect(comparison.layers.map(\.layer) == SmallNetwork.layers)
        for layer in comparison.layers {
            #expect(layer.cumulative.difference.worst == nil)
            #expect(layer.isolated?.difference.worst == nil)
        }
    }

    @Test("Float32 stays within the bound on its rounding errors, isolated and cumulative")
    func bound() throws {
        let network = SmallNetwork()
        for layer in try compare(network, with: network.recorded(in: .fp64)).layers {
            let isolated = try #require(layer.isolated?.candidateError)
            let cumulative = try #require(layer.cumulative.candidateError)
            #expect(isolated.boundRatio <= 1, "\(layer.layer)")
            #expect(cumulative.boundRatio <= 1, "\(layer.layer)")
        }
    }

    @Test("A number that is limited keeps the error that arrives with it")
    func clippedError() throws {
        let inputs: [String: AnyTensor] = [
            "a": .float32(Tensor([4], [0.1, 0.7, 3.3, 8.1])), "b": .float32(Tensor([4], [0.2, 0.11, 0.3, 0.7])),
        ]
        let graph = try Graph(
            name: "clip",
            inputs: ["a", "b"].map { Graph.Input(name: $0, elementType: .float32, dimensions: [.fixed(4)]) },
            outputs: ["limited"],
            nodes: [
                Node(name: "sum", operator: BinaryArithmetic.add, inputs: ["a", "b"], outputs: ["sum"]),
                Node(name: "clip", operator: Clip(), inputs: ["sum", "least", "most"], outputs: ["limited"]),
            ], initializers: ["least": .float32(Tensor([], [0])), "most": .float32(Tensor([], [6]))])
        let engine = try ArithmeticName.fp32.engine(for: graph)
        var tensors = [String: AnyTensor]()
        _ = try engine.run(inputs) { tensors[$0.name] = $0.values }
        let metrics = try LayerComparison(of: engine, bound: .float32).compare(
            with: RecordedCase(name: "case", source: "", inputs: inputs, tensors: tensors))
        let error = try #require(metrics.layers[1].cumulative.candidateError)
        #expect(error.maxAbsError > 0 && error.boundRatio <= 1)
    }

    /// The error of a layer of its own that an arithmetic computes, its first result changed.
    ///
    /// - Parameter inputs: the layer's; all but the first are constants.
    private func error(
        of operation: any Operator, _ inputs: [Tensor<Float>], in arithmetic: ArithmeticName = .fp32,
        changed: Float = 0
    ) throws -> ErrorAgainstOracle {
        let names = inputs.indices.map { "x\($0)" }
        let tensors = Dictionary(uniqueKeysWithValues: zip(names, inputs.map(AnyTensor.float32)))
        let graph = try Graph(
            name: "one",
            inputs: [
                .init(name: "x0", elementType: .float32, dimensions: inputs[0].shape.dimensions.map { .fixed($0) })
            ],
            outputs: ["y"],
            nodes: [Node(name: "it", operator: operation, inputs: names, outputs: ["y"])],
            initializers: tensors.filter { $0.key != "x0" })
        let engine = try arithmetic.engine(for: graph)
        let given = tensors.filter { $0.key == "x0" }
        var y = try #require(try engine.run(given)["y"]).float64
        y.elements[0] += Double(changed)
        let metrics = try LayerComparison(of: engine, bound: RoundingBound(of: arithmetic)).compare(
            with: RecordedCase(name: "case", source: "", inputs: given, tensors: ["y": .float64(y)]))
        return try #require(metrics.layers[0].isolated?.baselineError)
    }

    @Test("A sum keeps its bound where each of its groups is flushed to zero")
    func flushedGroups() throws {
        // Of 27 products of 2^-16.1 each, every four sum to less than float16's smallest normal number, 2^-14.
        let x = Tensor<Float>([1, 3, 3, 3], repeating: 0x1p-8)
        let weights = Tensor<Float>([1, 3, 3, 3], repeating: 0.0036)
        let error = try error(of: Convolution(), [x, weights], in: .neuralEngineM1)
        #expect(error.maxAbsError > 27 * 0x1p-8 * 0.0036 * 0.9)
        #expect(error.boundRatio <= 1)
    }

    @Test("A normalisation keeps its bound though its variance is rounded, to float16 or to 0")
    func roundedVariance() throws {
        let x = Tensor<Float>([1, 1, 2], [1, -3])
        // The scale is rounded down, by nearly the most that float16 can, and the variance up; or it vanishes.
        for (variance, epsilon): (Float, Float) in [(1.00049, 1e-5), (1e-9, 1e-9)] {
            let constants = [1.000488, 0, 0, variance].map { Tensor<Float>([1], [$0]) }
            let error = try error(of: BatchNormalization(epsilon: epsilon), [x] + constants, in: .fp16Weights)
            #expect(error.maxAbsError > 0 && error.boundRatio <= 1, "\(variance): \(error)")
        }
        // Float16 holds epsilon as a subnormal number, the second one half a unit beside.
        let constants = [1, 0, 0, 0].map { Tensor<Float>([1], [$0]) }
        for epsilon: Float in [1e-5, 17.5 * 0x1p-24] {
            let error = try error(of: BatchNormalization(epsilon: epsilon), [x] + constants, in: .fp16FMA)
            #expect(error.maxAbsError > 0 && error.boundRatio <= 1, "\(epsilon): \(error)")
        }
    }

    @Test("Sigmoid and softmax keep their bounds where numbers vanish, and infinities are no errors")
    func vanishing() throws {
        let sigmoid = ActivationFunction.sigmoid
        #expect(try error(of: sigmoid, [Tensor([4], [-90, -95, -100, 3])]).boundRatio <= 1)
        for row: [Float] in [[0, 0, 0, -102], [0, 0, 0, -102.5], [0, 1, -.infinity, 2], [0, 1, -1e9, 2]] {
            #expect(try error(of: Softmax(axis: 0), [Tensor([4], row)]).boundRatio <= 1, "\(row)")
        }
        let large = Tensor<Float>([2], [.infinity, 2])
        #expect(try error(of: BinaryArithmetic.multiply, [large, large]).boundRatio <= 1)
    }

    @Test("A slope that float16 cannot hold is bounded as any other constant")
    func roundedSlope() throws {
        let x = Tensor<Float>([3], [-2, -0.3, 1])
        let error = try error(of: ActivationFunction.leakyReLU(slope: -0.40570068), [x], in: .fp16Weights)
        #expect(error.maxAbsError > 0 && error.boundRatio <= 1, "\(error)")
    }

    @Test("A slope that is not finite says nothing of numbers that are surely positive")
    func infiniteSlope() throws {
        let (x, slope) = (Tensor<Float>([2], [1.5, 2]), Tensor<Float>([2], [.infinity, 0.25]))
        #expect(try error(of: PReLU(), [x, slope]).boundRatio <= 1)
        #expect(try error(of: PReLU(), [x, slope], changed: 1e-3).boundRatio > 1)
    }

    @Test("A limit that is not finite is rounded to itself, and hides no error")
    func unlimitedClip() throws {
        let x = Tensor<Float>([2], [2, 0.1])
        func clipped(from least: Float, to most: Float, changed: Float = 0) throws -> ErrorAgainstOracle {
            let limits = [least, most].map { Tensor<Float>([], [$0]) }
            return try error(of: Clip(), [x] + limits, in: .fp16Weights, changed: changed)
        }
        let rounded = try clipped(from: .nan, to: 0.39334106)
        #expect(rounded.maxAbsError > 0 && rounded.boundRatio <= 1, "\(rounded)")
        #expect(try clipped(from: -.infinity, to: .infinity).boundRatio <= 1)
        #expect(try clipped(from: -.infinity, to: .infinity, changed: 1e-3).boundRatio > 1)
    }

    @Test("An unbounded error times 0 is unbounded")
    func unboundedTimesZero() throws {
        // The variance vanishes among what epsilon's rounding takes off it.
        let node = { (name: String, operation: any NetworkGraph.Operator, inputs: [String]) in
            Node(name: name, operator: operation, inputs: inputs, outputs: [name])
        }
        let values: [String: Tensor<Float>] = [
            "one": Tensor([1], [1]), "zero": Tensor([1], [0]), "weights": Tensor([1, 1], [0]),
        ]
        let graph = try Graph(
            name: "", inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(1), .fixed(1)])],
            outputs: ["product"],
            nodes: [
                node("scaled", BatchNormalization(epsilon: 1e-5), ["x", "one", "zero", "zero", "zero"]),
                node("product", MatMul(), ["scaled", "weights"]),
            ], initializers: values.mapValues(AnyTensor.float32))
        let engine = try ArithmeticName.neuralEngineM1.engine(for: graph)
        var tensors = [String: AnyTensor]()
        _ = try engine.run(["x": .float32(Tensor([1, 1], [1]))]) { tensors[$0.name] = $0.values }
        tensors["product"] = .float16(Tensor([1, 1], [0.5]))
        let recorded = RecordedCase(
            name: "", source: "", inputs: ["x": .float32(Tensor([1, 1], [1]))], tensors: tensors)
        let layers = try LayerComparison(of: engine, bound: RoundingBound(of: .neuralEngineM1)).compare(with: recorded)
            .layers
        #expect(layers.last?.cumulative.baselineError?.bound == .infinity)
    }

    @Test("A masked number does not hide the others' errors")
    func masked() throws {
        for mask in [-Float.infinity, -1e9, -200] {
            let row = Tensor<Float>([4], [0, 1, mask, 2])
            #expect(try error(of: Softmax(axis: 0), [row], changed: 1e-3).boundRatio > 1, "\(mask)")
        }
    }

    @Test("The bound is no more than a few hundred roundings wide: float16 weights exceed it in the convolution")
    func boundIsNarrow() throws {
        let network = SmallNetwork()
        let comparison = try compare(network, in: .fp16Weights, with: network.recorded(in: .fp32))
        #expect(comparison.firstDivergence == NetworkComparison.Divergence(layer: "conv", side: .candidate))
    }

    @Test(
        "A single changed weight is found at its own layer, though every later layer differs",
        arguments: [
            ("conv.weights", 17, "conv"), ("conv.bias", 2, "conv"), ("slope", 3, "prelu"),
            ("dense.weights", 40, "product"),
            ("dense.bias", 1, "dense"),
        ])
    func plantedDefect(tensor: String, position: Int, layer: String) throws {
        let right = SmallNetwork()
        var wrong = right
        var values = try #require(wrong.initializers[tensor]?.float32Tensor)
        values.elements[position] += 0.01
        wrong.initializers[tensor] = .float32(values)
        // The recording stands for an outside engine with the defect; the model file is right.
        let comparison = try compare(right, with: wrong.recorded(in: .fp32))
        let divergent = comparison.layers.filter { ($0.isolated?.baselineError?.boundRatio ?? 0) > 1 }.map(\.layer)
        #expect(divergent == [layer])
        #expect(comparison.firstDivergence == NetworkComparison.Divergence(layer: layer, side: .baseline))
    }

    @Test("A recording of outputs alone is compared at the outputs, and nothing is said of the layers")
    func outputsAlone() throws {
        let network = SmallNetwork()
        let layers = try compare(network, with: network.recorded(in: .fp32, outputsOnly: true)).layers
        #expect(layers.map(\.layer) == ["softmax"])
        #expect(layers[0].isolated == nil)
    }

    @Test("A recording without one of the outputs, or of another shape, is an error that names it")
    func unfit() throws {
        let network = SmallNetwork()
        let recorded = try network.recorded(in: .fp32)
        func with(_ tensors: [String: AnyTensor]) -> RecordedCase {
            RecordedCase(name: recorded.name, source: "", inputs: recorded.inputs, tensors: tensors)
        }
        #expect(throws: ComparisonError.missingTensor("softmax", case: "case")) {
            try compare(network, with: with(recorded.tensors.filter { $0.key != "softmax" }))
        }
        var other = recorded.tensors
        other["pool"] = .float32(Tensor([1], [0]))
        #expect(throws: ComparisonError.self) { try compare(network, with: with(other)) }
    }
}
