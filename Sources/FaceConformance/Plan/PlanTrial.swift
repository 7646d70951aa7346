import Conformance
import Detection
import Engines
import NetworkGraph
import Tensors

/// Runs the face networks with some layers in float32 and the others in a float16 arithmetic, and measures what
/// that does: end to end on frames, and to each network on inputs of its own.
public struct PlanTrial {
    public let layers: [NetworkLayer]
    /// The multiply-adds of each layer over all frames, in float32's run.
    public let multiplyAdds: [Int]
    public let arithmetic: ArithmeticName
    public private(set) var trials = 0

    private let graphs: [CascadeNetwork: Graph]
    private let inputs: [CascadeNetwork: [NetworkInputs]]
    private let images: [DecodedImage]
    private let minimumFaceSize: Int
    private let rules: CascadeRules
    private let faces: [[Face]]
    private let outputs: [CascadeNetwork: [[String: AnyTensor]]]
    private var networks: [NetworkPlan: MemoizedNetwork] = [:]
    private var differences: [NetworkPlan: Difference] = [:]
    private var measurements: [Set<Int>: PlanMeasurement] = [:]

    /// Which layers of one network are computed in float32.
    private struct NetworkPlan: Hashable {
        let network: CascadeNetwork
        let float32Layers: Set<Int>
    }

    /// - Parameters:
    ///   - graphs: of pnet, rnet and onet.
    ///   - inputs: what each network's outputs are compared on.
    ///   - images: the frames.
    /// - Throws: what the engines and the cascade throw.
    public init(
        graphs: [CascadeNetwork: Graph], inputs: [CascadeNetwork: [NetworkInputs]], images: [DecodedImage],
        minimumFaceSize: Int, rules: CascadeRules = .openFace, arithmetic: ArithmeticName
    ) throws {
        self.graphs = graphs
        self.inputs = inputs
        self.images = images
        self.minimumFaceSize = minimumFaceSize
        self.rules = rules
        self.arithmetic = arithmetic
        layers = CascadeNetwork.allCases.flatMap { network in
            graphs[network].map { NetworkLayer.layers(of: $0, network: network) } ?? []
        }
        outputs = try CascadeNetwork.allCases.reduce(into: [:]) { outputs, network in
            guard let graph = graphs[network] else { return }
            let engine = try ArithmeticName.fp32.engine(for: graph)
            outputs[network] = try (inputs[network] ?? []).map { try engine.run($0.tensors) }
        }
        func network(_ network: CascadeNetwork) throws -> GraphFaceNetwork {
            guard let graph = graphs[network] else { throw ComparisonError.nothingInCommon("a network is missing") }
            return try GraphFaceNetwork(network, graph: graph, arithmetic: .fp32)
        }
        let float32 = [try network(.proposal), try network(.refinement), try network(.output)]
        let detector = FaceDetector(
            networks: FaceNetworks(proposal: float32[0], refinement: float32[1], output: float32[2]),
            rules: rules, minimumFaceSize: minimumFaceSize)
        let records = try concurrentMap(images) { try detector.detect(in: $0) }
        faces = records.map(\.faces)
        var work = [String: Int]()
        func add(_ network: Int, count: Int, rows: Int, columns: Int) throws {
            guard count > 0 else { return }
            for (name, multiplyAdds) in try float32[network].multiplyAdds(count: count, rows: rows, columns: columns) {
                work["\(network) \(name)", default: 0] += multiplyAdds
            }
        }
        for record in records {
            for level in record.levels { try add(0, count: 1, rows: level.scale.height, columns: level.scale.width) }
            try add(1, count: record[.refinementInput]?.count ?? 0, rows: 24, columns: 24)
            try add(2, count: record[.outputInput]?.count ?? 0, rows: 48, columns: 48)
        }
        multiplyAdds = layers.map { layer in
            let network = CascadeNetwork.allCases.firstIndex(of: layer.network) ?? 0
            return layer.operations.reduce(0) { $0 + work["\(network) \($1)", default: 0] }
        }
    }

    public var allLayers: Set<Int> { Set(layers.indices) }

    /// What it comes to if these layers, by their positions in ``layers``, are computed in float32.
    public mutating func measure(float32Layers: Set<Int>) throws -> PlanMeasurement {
        if let known = measurements[float32Layers] { return known }
        trials += 1
        let plans = CascadeNetwork.allCases.map { network in
            NetworkPlan(network: network, float32Layers: float32Layers.filter { layers[$0].network == network })
        }
        var difference = Difference()
        var meanAbsDiff = 0.0
        for plan in plans {
            let own = try self.difference(plan)
            difference = difference.merged(with: own)
            meanAbsDiff = max(meanAbsDiff, own.meanAbsDiff)
        }
        let metrics = try endToEnd(plans)
        // Numbers that are not finite, on the inputs or on a frame, keep no limit.
        let isFinite = difference.nonFiniteCount == 0 && metrics != nil
        let measurement = PlanMeasurement(
            meanIou: metrics?.intersectionOverUnion.mean, minIou: metrics?.intersectionOverUnion.smallest,
            detectionAgreement: metrics?.agreement,
            maxAbsDiff: isFinite ? difference.maxAbsDiff : .infinity, meanAbsDiff: isFinite ? meanAbsDiff : .infinity)
        measurements[float32Layers] = measurement
        return measurement
    }

    /// nil where a network gives a number that is not finite.
    private mutating func endToEnd(_ plans: [NetworkPlan]) throws -> DetectionMetrics? {
        let networks = FaceNetworks(
            proposal: try network(plans[0]), refinement: try network(plans[1]), output: try network(plans[2]))
        let detector = FaceDetector(networks: networks, rules: rules, minimumFaceSize: minimumFaceSize)
        let faces = faces
        var metrics = DetectionMetrics()
        do {
            let matchings = try concurrentMap(Array(images.enumerated())) { index, image in
                FaceMatching(file: "", expected: faces[index], found: try detector.detect(in: image).faces)
            }
            for matching in matchings { metrics.add(matching) }
        } catch CascadeError.notFinite {
            return nil
        }
        return metrics
    }

    private mutating func network(_ plan: NetworkPlan) throws -> MemoizedNetwork {
        if let known = networks[plan] { return known }
        guard let graph = graphs[plan.network] else { throw ComparisonError.nothingInCommon("a network is missing") }
        let network = MemoizedNetwork(
            try GraphFaceNetwork(plan.network, graph: graph) { try engine(for: $0, plan) })
        networks[plan] = network
        return network
    }

    private mutating func difference(_ plan: NetworkPlan) throws -> Difference {
        if let known = differences[plan] { return known }
        guard let graph = graphs[plan.network] else { return Difference() }
        let engine = try engine(for: graph, plan)
        var difference = Difference()
        for (input, expected) in zip(inputs[plan.network] ?? [], outputs[plan.network] ?? []) {
            let found = try engine.run(input.tensors)
            for output in graph.outputs {
                guard let first = expected[output], let second = found[output] else { continue }
                difference = difference.merged(with: Difference(baseline: first, candidate: second))
            }
        }
        differences[plan] = difference
        return difference
    }

    private func engine(for graph: Graph, _ plan: NetworkPlan) throws -> any Engine {
        let whole = layers.indices.filter { layers[$0].network == plan.network }
        if plan.float32Layers.count == whole.count { return try ArithmeticName.fp32.engine(for: graph) }
        if plan.float32Layers.isEmpty { return try arithmetic.engine(for: graph) }
        let operations = Set(plan.float32Layers.flatMap { layers[$0].operations })
        return try MixedPrecisionEngine(graph) { operations.contains($0.outputs[0]) ? .fp32 : arithmetic }
    }
}
