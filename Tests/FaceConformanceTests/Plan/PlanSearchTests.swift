import Detection
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Conformance
@testable import FaceConformance

/// Plans for face networks of one layer, of one, and of three.
@Suite struct PlanSearchTests {
    private func trial(seed: UInt64) throws -> PlanTrial {
        var random = RandomNumbers(seed: seed)
        func graph(_ name: String, side: Graph.Dimension, _ kernels: [Shape], stride: Int = 1) throws -> Graph {
            var initializers = [String: AnyTensor]()
            for (index, kernel) in kernels.enumerated() {
                let scale = 1 / Float(kernel.count / kernel[0]).squareRoot()
                initializers["w\(index)"] = .float32(random.floats(kernel, in: -1...1).map { $0 * scale })
            }
            let nodes = kernels.indices.map { index in
                Node(
                    name: "conv\(index)",
                    operator: Convolution(strides: [stride, stride]),
                    inputs: [index == 0 ? "x" : "y\(index - 1)", "w\(index)"], outputs: ["y\(index)"])
            }
            return try Graph(
                name: name,
                inputs: [
                    .init(name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(3), side, side])
                ], outputs: ["y\(kernels.count - 1)"], nodes: nodes, initializers: initializers)
        }
        let graphs: [CascadeNetwork: Graph] = [
            .proposal: try graph("pnet", side: .symbolic("side"), [[6, 3, 12, 12]], stride: 2),
            .refinement: try graph("rnet", side: .fixed(24), [[6, 3, 24, 24]]),
            .output: try graph("onet", side: .fixed(48), [[8, 3, 48, 48], [8, 8, 1, 1], [16, 8, 1, 1]]),
        ]
        let sides: [CascadeNetwork: Int] = [.proposal: 12, .refinement: 24, .output: 48]
        var cascade = [CascadeNetwork: PlanTrial.PlannedNetwork]()
        for network in CascadeNetwork.allCases {
            let side = sides[network] ?? 0
            let images = random.floats([1, 3, side, side], in: -1...1)
            let inputs = [NetworkInputs(name: "a", source: "random", tensors: ["x": .float32(images)])]
            cascade[network] = PlanTrial.PlannedNetwork(
                name: network.modelName, graph: try #require(graphs[network]), inputs: inputs)
        }
        return try PlanTrial(
            cascade: cascade, images: [], minimumFaceSize: 24, arithmetic: .fp16Storage)
    }

    @Test("A network is in float32 if all of its layers are, whatever the other networks have")
    func partOfNetwork() throws {
        var trial = try trial(seed: 1)
        let own = trial.layers.indices.filter { trial.layers[$0].network == CascadeNetwork.output.rawValue }
        let others = trial.allLayers.subtracting(own)
        #expect(own.count == 3 && others.count == 2)
        #expect(try trial.measure(float32Layers: trial.allLayers).maxAbsDiff == 0)
        for layer in own {
            #expect(try trial.measure(float32Layers: trial.allLayers.subtracting([layer])).maxAbsDiff > 0)
        }
    }

    @Test("A network without sums has no layer to keep in float32, and is measured in the other arithmetic")
    func withoutLayers() throws {
        let graph = try Graph(
            name: "slopes", inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(1), .fixed(2)])],
            outputs: ["y"], nodes: [Node(name: "y", operator: PReLU(), inputs: ["x", "slope"], outputs: ["y"])],
            initializers: ["slope": .float32(Tensor([1], [0.1]))])
        let input = NetworkInputs(name: "a", source: "by hand", tensors: ["x": .float32(Tensor([1, 2], [0.1, -0.3]))])
        var trial = try PlanTrial(
            [PlanTrial.PlannedNetwork(name: "slopes", graph: graph, inputs: [input])], arithmetic: .fp16Storage)
        #expect(trial.layers.isEmpty)
        #expect(try trial.measure(float32Layers: []).maxAbsDiff > 0)
        let strict = try #require(PlanRequirement("max_abs_diff=1e-9"))
        let plan = try PrecisionPlan(requirements: [strict], trial: &trial, minimumFaceSize: nil, frames: 0)
        #expect(!plan.isMet)
    }

    @Test("No layer of a plan can be left out", arguments: [1, 2] as [UInt64])
    func minimal(seed: UInt64) throws {
        let trial = try trial(seed: seed)
        var fresh = trial
        let largest = try fresh.measure(float32Layers: []).maxAbsDiff
        for share in [0.3, 0.6, 0.9] {
            let requirement = try #require(PlanRequirement("max_abs_diff=\(largest * share)"))
            var search = PlanSearch(trial: trial, requirements: [requirement])
            let plan = try search.smallest { _ in }
            #expect(requirement.holds(for: try fresh.measure(float32Layers: plan)))
            for layer in plan {
                #expect(!requirement.holds(for: try fresh.measure(float32Layers: plan.subtracting([layer]))))
            }
        }
    }
}
