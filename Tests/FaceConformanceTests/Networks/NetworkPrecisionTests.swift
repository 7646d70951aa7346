import Conformance
import Engines
import FaceConformance
import NetworkGraph
import NetworkSupport
import Tensors
import TestSupport
import Testing

@Suite struct NetworkPrecisionTests {
    static let policies: [ArithmeticName] = [
        .fp16Weights, .fp16Storage, .fp16FMA, .fp16MultiplyAdd, .neuralEngineM1,
    ]

    private func precision(
        of arithmetic: ArithmeticName, _ change: (inout SmallNetwork) throws -> Void = { _ in }
    ) throws -> NetworkPrecision {
        var network = SmallNetwork()
        try change(&network)
        let recorded = try network.recorded(in: .fp32)
        let inputs = NetworkInputs(name: "case", source: "random", tensors: recorded.inputs)
        return try NetworkPrecision(
            of: arithmetic, running: network.graph(), modelSha256: "", on: [inputs], network: "small",
            scoreThreshold: 0.5)
    }

    private func scaled(_ tensor: AnyTensor?, by factor: Float) -> AnyTensor? {
        tensor?.float32Tensor.map { .float32($0.map { $0 * factor }) }
    }

    @Test("An ordinary network has no element that is not finite, and every constant fits", arguments: policies)
    func ordinary(_ arithmetic: ArithmeticName) throws {
        let precision = try precision(of: arithmetic)
        #expect(precision.layers.map(\.metrics.layer) == SmallNetwork.layers)
        #expect(precision.firstNonFinite == nil && precision.constants.allSatisfy { !$0.isLost })
        #expect(precision.maxAbsDiff > 0 && precision.maxAbsDiff < 0.1)
        // Probabilities are at most 1, where half a step of float16 is 2^-12.
        #expect(precision.floor > 0 && precision.floor <= 0x1p-12)
    }

    @Test("Inputs that are one number throughout are said to be so, unless one case has others")
    func constantInputs() throws {
        let graph = try SmallNetwork().graph()
        var random = RandomNumbers(seed: 22)
        let numbers =
            [0, 0.5].map { Tensor<Float>([1, 3, 6, 6], repeating: $0) } + [random.floats([1, 3, 6, 6], in: -1...1)]
        let inputs = numbers.enumerated().map {
            NetworkInputs(name: "\($0)", source: "test", tensors: ["x": .float32($1)])
        }
        func areConstant(_ inputs: [NetworkInputs]) throws -> Bool? {
            try NetworkPrecision(
                of: .fp16Storage, running: graph, modelSha256: "", on: inputs, network: "small", scoreThreshold: 0.5
            ).inputsAreConstant
        }
        #expect(try areConstant(Array(inputs.prefix(2))) == true)
        #expect(try areConstant(inputs) == nil)
    }

    @Test("Arithmetics that are measured together have the figures that each has alone, in every case")
    func together() throws {
        let graph = try SmallNetwork().graph()
        var random = RandomNumbers(seed: 21)
        let inputs = [1, 2, 9].map { batch in
            NetworkInputs(
                name: "\(batch)", source: "random",
                tensors: ["x": .float32(random.floats([batch, 3, 6, 6], in: -1...1))])
        }
        let together = try NetworkPrecision.all(
            in: Self.policies, running: graph, oracle: Oracle(of: graph), modelSha256: "",
            on: inputs.map(\.name), reading: { name in inputs.filter { $0.name == name } }, network: "small",
            scoreThreshold: 0.5)
        for (policy, own) in zip(Self.policies, together) {
            let alone = try NetworkPrecision(
                of: policy, running: graph, modelSha256: "", on: inputs, network: "small", scoreThreshold: 0.5)
            #expect(own == alone, "\(policy)")
        }
        #expect(together.count == Self.policies.count)
    }

    @Test("float32 does nothing to float32")
    func identity() throws {
        let precision = try precision(of: .fp32)
        #expect(precision.maxAbsDiff == 0 && precision.layers.allSatisfy { $0.signalToNoise == nil })
    }

    @Test("Activations beyond 65504 are counted in the first layer that has them", arguments: policies)
    func overflow(_ arithmetic: ArithmeticName) throws {
        let precision = try precision(of: arithmetic) { network in
            network.initializers["dense.weights"] = scaled(network.initializers["dense.weights"], by: 60_000)
            network.initializers["conv.weights"] = scaled(network.initializers["conv.weights"], by: 100)
        }
        if arithmetic == .fp16Weights {
            // Its activations are float32, which holds them.
            #expect(precision.firstNonFinite == nil)
            return
        }
        #expect(precision.firstNonFinite == "product")
        let product = try #require(precision.layers.first { $0.metrics.layer == "product" })
        #expect(product.range.overflowCount == product.range.nonFiniteCount && product.range.overflowCount > 0)
    }

    @Test("Weights beyond 65504 are counted, in the constant that has them")
    func overflowingWeights() throws {
        let precision = try precision(of: .fp16Weights) { network in
            network.initializers["dense.weights"] = scaled(network.initializers["dense.weights"], by: 1e6)
        }
        let constant = try #require(precision.constants.first { $0.name == "dense.weights" })
        #expect(constant.node == "node of product" && constant.overflowCount > 0 && constant.count == 96)
        #expect(precision.maxAbsDiff == .infinity && precision.firstNonFinite == "product")
    }

    @Test("A NaN among the weights is located, and no difference is finite", arguments: policies)
    func notANumber(_ arithmetic: ArithmeticName) throws {
        let precision = try precision(of: arithmetic) { network in
            var bias = try #require(network.initializers["conv.bias"]?.float32Tensor)
            bias.elements[1] = .nan
            network.initializers["conv.bias"] = .float32(bias)
        }
        #expect(precision.constants.first { $0.name == "conv.bias" }?.nonFiniteCount == 1)
        #expect(precision.firstNonFinite == "conv")
        #expect(precision.maxAbsDiff == .infinity)
    }

    @Test(
        "Weights that float16 holds as subnormal numbers, or not at all, are lost", arguments: [1e-6, 1e-9] as [Float])
    func subnormalWeights(_ factor: Float) throws {
        let precision = try precision(of: .neuralEngineM1) { network in
            network.initializers["conv.weights"] = scaled(network.initializers["conv.weights"], by: factor)
        }
        let constant = try #require(precision.constants.first { $0.name == "conv.weights" })
        #expect(constant.isLost && constant.underflowCount + constant.subnormalCount == constant.count)
        #expect(precision.constants.first?.name == "conv.weights")
    }
}
