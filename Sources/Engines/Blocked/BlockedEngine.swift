import NetworkGraph
import Synchronization
import Tensors

/// Computes a graph in float32 on maps that are laid out in blocks of channels, with the bits of ``OperatorEngine``.
///
/// Convolutions of all kinds, pools, resampling, concatenations and functions of single numbers have kernels; what has
/// none is computed by its operator's definition.
package struct BlockedEngine: Engine {
    private let definition: OperatorEngine<Float32Arithmetic>
    private let level: KernelLevel
    private let workOfThread: Int
    private let plans = Plans()

    package var graph: Graph { definition.graph }
    package var arithmetic: ArithmeticName { .fp32 }

    /// - Parameter workOfThread: the fewest multiply-adds for each thread of a run: fewer take less time than its start.
    /// - Throws: ``EngineError/unsupported(node:operator:)``.
    package init(
        _ graph: Graph, level: KernelLevel = .best, workOfThread: Int = 20_000_000
    ) throws(EngineError) {
        definition = try OperatorEngine(graph)
        self.level = level
        self.workOfThread = workOfThread
    }

    package func run(_ inputs: [String: AnyTensor]) throws -> [String: AnyTensor] {
        let given = try given(inputs)
        guard let planned = try planned(for: given, observes: false) else { return try definition.run(inputs) }
        return try run(given, planned) { _, _ in }
    }

    package func run(
        _ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void
    ) throws -> [String: AnyTensor] {
        let given = try given(inputs)
        guard let planned = try planned(for: given, observes: true) else {
            return try definition.run(inputs, observing: observe)
        }
        return try run(given, planned) { node, value in
            try observe(
                Activation(
                    name: node.outputs[0], node: node, values: OperatorEngine<Float32Arithmetic>.anyTensor(value)))
        }
    }

    package func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor] {
        try definition.evaluate(node, on: inputs)
    }

    package func nodesWithoutKernels(for inputs: [String: AnyTensor]) -> [String: Int] {
        guard let planner = planner(for: inputs.mapValues(\.shape), observes: false) else {
            return Dictionary(graph.nodes.map { ($0.operator.name, 1) }, uniquingKeysWith: +)
        }
        return planner.steps.reduce(into: [:]) { counts, step in
            guard case .defined(let node) = step else { return }
            counts[node.operator.name, default: 0] += 1
        }
    }

    private typealias Given = [(name: String, tensor: AnyTensor)]

    private func given(_ inputs: [String: AnyTensor]) throws -> Given {
        try graph.inputTensors(in: inputs)
    }

    /// - Returns: nil if shapes depend on what is computed.
    /// - Throws: ``NetworkGraph/GraphError`` for excessive memory demands.
    private func planned(for given: Given, observes: Bool) throws -> (key: Plans.Key, plan: BlockedPlan)? {
        let key = Plans.Key(shapes: given.map(\.tensor.shape), observes: observes)
        if let plan = plans.plan(for: key) { return (key, plan) }
        try definition.checkMemory(given.map { ($0.name, $0.tensor.shape) })
        let shapes = Dictionary(given.map { ($0.name, $0.tensor.shape) }, uniquingKeysWith: { first, _ in first })
        guard let planner = planner(for: shapes, observes: observes) else { return nil }
        // Whoever observes sees the nodes that follow from constants, too.
        let constants =
            observes ? definition.constants : planner.graph.initializers.mapValues(Float32Arithmetic.constant)
        let plan = BlockedPlan(planner, constants: constants, engine: definition)
        plans.keep(plan, for: key)
        return (key, plan)
    }

    private func planner(for shapes: [String: Shape], observes: Bool) -> BlockedPlanner? {
        guard let folded = try? graph.foldingConstants(for: shapes), let types = try? graph.tensorTypes(for: shapes)
        else { return nil }
        return BlockedPlanner(
            observes ? graph : folded, types, constants: folded.initializers, observes: observes)
    }

    private func run(
        _ given: Given, _ planned: (key: Plans.Key, plan: BlockedPlan),
        _ observe: (Node, Value<Float>) throws -> Void
    ) throws -> [String: AnyTensor] {
        let memory = plans.takeMemory(for: planned.key) ?? BlockedMemory(for: planned.plan)
        defer { plans.giveBack(memory, for: planned.key) }
        let table = ValueTable(
            constants: planned.plan.constants,
            inputs: Dictionary(
                given.map { ($0.name, Float32Arithmetic.value(of: $0.tensor)) }, uniquingKeysWith: { first, _ in first }
            ))
        try withoutActuallyEscaping(observe) { observe in
            let scratch = memory.buffers.first ?? AlignedNumbers(count: 0)
            let run = BlockedRun(
                level: level.kernelLevel, buffers: memory.buffers.map(\.start), scratch: scratch.start, values: table,
                observe: observe)
            // Whoever observes sees the tensors one after another.
            let worthwhile = max(planned.plan.work / workOfThread, 1)
            try planned.plan.compute(
                run, threads: planned.key.observes ? 1 : min(Threads.forOneTask, worthwhile))
        }
        return graph.outputs.reduce(into: [:]) { outputs, name in
            outputs[name] = table[name].map(OperatorEngine<Float32Arithmetic>.anyTensor)
        }
    }
}

/// The plans of an engine, and the idle memory of each. The last few shapes are kept.
private final class Plans: Sendable {
    struct Key: Hashable {
        let shapes: [Shape]
        let observes: Bool
    }

    private struct Entry {
        let key: Key
        let plan: BlockedPlan
        var idle = [BlockedMemory]()
    }

    private static let mostKept = 2
    private let entries = Mutex<[Entry]>([])

    func plan(for key: Key) -> BlockedPlan? {
        entries.withLock { entries in entries.first { $0.key == key }?.plan }
    }

    func keep(_ plan: BlockedPlan, for key: Key) {
        entries.withLock { entries in
            guard !entries.contains(where: { $0.key == key }) else { return }
            entries.append(Entry(key: key, plan: plan))
            if entries.count > Self.mostKept { entries.removeFirst() }
        }
    }

    func takeMemory(for key: Key) -> BlockedMemory? {
        entries.withLock { entries in
            entries.firstIndex { $0.key == key }.flatMap { entries[$0].idle.popLast() }
        }
    }

    func giveBack(_ memory: BlockedMemory, for key: Key) {
        entries.withLock { entries in
            guard let place = entries.firstIndex(where: { $0.key == key }) else { return }
            entries[place].idle.append(memory)
        }
    }
}
