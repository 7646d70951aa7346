import Conformance
import Detection
import Engines
import NetworkGraph
import Tensors

/// Runs networks with some layers in float32 and the others in a float16 arithmetic, and measures the effect: on each
/// network's own inputs and, if they are the cascade, end to end on frames.
package struct PlanTrial {
    package let layers: [NetworkLayer]
    /// The multiply-adds of each layer in float32's run: over all frames or, without a cascade, all inputs.
    package let multiplyAdds: [Int]
    package let arithmetic: ArithmeticName
    package private(set) var trials = 0

    private let networks: [PlannedNetwork]
    private let tasks: [TaskMetric]
    private let cascade: CascadeTrial?
    /// In float32, on each of the inputs.
    private let outputs: [[[String: AnyTensor]]]
    private var memoized: [NetworkPlan: MemoizedNetwork] = [:]
    private var answers: [NetworkPlan: Answers] = [:]
    private var measurements: [Set<Int>: PlanMeasurement] = [:]

    /// Which layers of one network are computed in float32.
    private struct NetworkPlan: Hashable {
        let network: Int
        let float32Layers: Set<Int>
    }

    /// How a network's outputs differ, and the results of the tasks.
    private struct Answers {
        var difference = Difference()
        var tasks: [TaskAgreement]?
    }

    /// A network, and the inputs for comparing its outputs.
    package struct PlannedNetwork: Sendable {
        fileprivate(set) var name: String
        let graph: Graph
        let inputs: [NetworkInputs]
        /// What measures the answers that an engine gives, beside the tasks.
        let programs: @Sendable (any Engine) throws -> [TaskAgreement]
        /// Its part in the cascade, if it has one.
        fileprivate var kind: CascadeNetwork?

        package init(
            name: String, graph: Graph, inputs: [NetworkInputs],
            programs: @escaping @Sendable (any Engine) throws -> [TaskAgreement] = { _ in [] }
        ) {
            (self.name, self.graph, self.inputs, self.programs) = (name, graph, inputs, programs)
        }
    }

    /// A trial of the cascade, and of networks beside it, each for itself.
    ///
    /// - Parameters:
    ///   - graphs: of pnet, rnet and onet.
    ///   - inputs: the inputs for comparing each network's outputs.
    ///   - images: the frames.
    /// - Throws: the errors of the engines and the cascade.
    package init(
        cascade: [CascadeNetwork: PlannedNetwork], beside others: [PlannedNetwork] = [], images: [DecodedImage],
        minimumFaceSize: Int, rules: CascadeRules = .openFace, arithmetic: ArithmeticName, tasks: [TaskMetric] = []
    ) throws {
        let trial = try CascadeTrial(
            graphs: cascade.mapValues(\.graph), images: images, minimumFaceSize: minimumFaceSize, rules: rules)
        let own = CascadeNetwork.allCases.compactMap { kind in
            cascade[kind].map { planned in
                var network = planned
                (network.kind, network.name) = (kind, kind.rawValue)
                return network
            }
        }
        try self.init(own + others, trial, arithmetic, tasks)
    }

    /// A trial of any networks, each on its own.
    ///
    /// - Parameter tasks: the metrics to measure on their outputs.
    /// - Throws: the engines' errors.
    package init(_ networks: [PlannedNetwork], arithmetic: ArithmeticName, tasks: [TaskMetric] = []) throws {
        try self.init(networks, nil, arithmetic, tasks)
    }

    private init(
        _ networks: [PlannedNetwork], _ cascade: CascadeTrial?, _ arithmetic: ArithmeticName, _ tasks: [TaskMetric]
    ) throws {
        self.networks = networks
        self.cascade = cascade
        self.arithmetic = arithmetic
        self.tasks = tasks
        try tasks.requireOutputs(among: networks.flatMap(\.graph.outputs))
        let layers = networks.flatMap { NetworkLayer.layers(of: $0.graph, network: $0.name) }
        self.layers = layers
        outputs = try networks.map { network in
            let engine = try ArithmeticName.fp32.engine(for: network.graph)
            return try network.inputs.map { try engine.run($0.tensors) }
        }
        let work = try networks.map { network in
            try network.kind.flatMap { kind in try cascade?.multiplyAdds(of: kind) } ?? network.multiplyAdds
        }
        multiplyAdds = layers.map { layer in
            let own = networks.firstIndex { $0.name == layer.network }.map { work[$0] } ?? [:]
            return layer.operations.map { own[$0, default: 0] }.saturatingSum
        }
    }

    package var allLayers: Set<Int> { Set(layers.indices) }

    /// The result with these layers, by their positions in ``layers``, in float32.
    package mutating func measure(float32Layers: Set<Int>) throws -> PlanMeasurement {
        if let known = measurements[float32Layers] { return known }
        trials += 1
        let plans = networks.indices.map { network in
            NetworkPlan(
                network: network, float32Layers: float32Layers.filter { layers[$0].network == networks[network].name })
        }
        var whole = Answers()
        var meanAbsDiff = 0.0
        for plan in plans {
            let own = try answers(plan)
            whole.difference = whole.difference.merged(with: own.difference)
            whole.tasks = whole.tasks.map { $0.merged(with: own.tasks ?? []) } ?? own.tasks
            meanAbsDiff = max(meanAbsDiff, own.difference.meanAbsDiff)
        }
        var metrics: DetectionMetrics?
        if let cascade {
            metrics = try cascade.metrics(plans.filter { networks[$0.network].kind != nil }.map { try network($0) })
        }
        // Non-finite numbers, on the inputs or on a frame, meet no limit.
        let isFinite = whole.difference.nonFiniteCount == 0 && (metrics != nil || cascade == nil)
        let measurement = PlanMeasurement(
            meanIou: metrics?.intersectionOverUnion.mean, minIou: metrics?.intersectionOverUnion.smallest,
            detectionAgreement: metrics?.agreement,
            maxAbsDiff: isFinite ? whole.difference.maxAbsDiff : .infinity,
            meanAbsDiff: isFinite ? meanAbsDiff : .infinity, tasks: whole.tasks)
        measurements[float32Layers] = measurement
        return measurement
    }

    private mutating func network(_ plan: NetworkPlan) throws -> MemoizedNetwork {
        if let known = memoized[plan] { return known }
        guard let kind = networks[plan.network].kind else {
            throw ComparisonError.nothingInCommon("\(networks[plan.network].name) is not a network of the cascade")
        }
        let network = MemoizedNetwork(
            try GraphFaceNetwork(kind, graph: networks[plan.network].graph) { try engine(for: $0, plan) })
        memoized[plan] = network
        return network
    }

    private mutating func answers(_ plan: NetworkPlan) throws -> Answers {
        if let known = answers[plan] { return known }
        let network = networks[plan.network]
        let engine = try engine(for: network.graph, plan)
        var answers = Answers()
        for (input, expected) in zip(network.inputs, outputs[plan.network]) {
            let found = try engine.run(input.tensors)
            let pairs = network.graph.outputs.withoutRepeats.compactMap { output in
                expected[output].flatMap { first in found[output].map { (name: output, baseline: first, candidate: $0) }
                }
            }
            for pair in pairs {
                answers.difference = answers.difference.merged(
                    with: Difference(baseline: pair.baseline, candidate: pair.candidate))
            }
            let tasks = tasks.on(network.graph.outputs)
            guard !tasks.isEmpty else { continue }
            let agreements = try tasks.map { task throws(TaskError) in try TaskAgreement(task, of: pairs) }
            answers.tasks = answers.tasks.map { $0.merged(with: agreements) } ?? agreements
        }
        let byPrograms = try network.programs(engine)
        if !byPrograms.isEmpty { answers.tasks = (answers.tasks ?? []) + byPrograms }
        self.answers[plan] = answers
        return answers
    }

    private func engine(for graph: Graph, _ plan: NetworkPlan) throws -> any Engine {
        let whole = layers.indices.filter { layers[$0].network == networks[plan.network].name }
        // One without any layer has nothing that could stay in float32.
        if plan.float32Layers.isEmpty { return try arithmetic.engine(for: graph) }
        if plan.float32Layers.count == whole.count { return try ArithmeticName.fp32.engine(for: graph) }
        let operations = Set(plan.float32Layers.flatMap { layers[$0].operations })
        return try MixedPrecisionEngine(graph) { operations.contains($0.outputs[0]) ? .fp32 : arithmetic }
    }
}

extension PlanTrial.PlannedNetwork {
    /// The multiply-adds of each node over all inputs, keyed by its first output.
    fileprivate var multiplyAdds: [String: Int] {
        get throws {
            var work = [String: Int]()
            for input in inputs {
                let types = try graph.tensorTypes(for: input.tensors.mapValues(\.shape))
                for node in graph.nodes {
                    guard let output = types[node.outputs[0]] else { continue }
                    let own = node.operator.multiplyAdds(from: node.inputs.map { $0.flatMap { types[$0] } }, to: output)
                    work[node.outputs[0]] = [work[node.outputs[0], default: 0], own].saturatingSum
                }
            }
            return work
        }
    }
}
