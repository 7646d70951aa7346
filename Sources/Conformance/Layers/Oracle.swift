import Engines
import NetworkGraph
import Synchronization
import Tensors

/// A graph in float64, whose results count as exact.
package final class Oracle: Sendable {
    let engine: any Engine
    /// The graph's constants, for every bound on errors in it.
    let constants: BoundedConstants
    private let runs: RunCount
    private let known: Mutex<KnownResults>

    /// How often whole graphs were computed.
    package final class RunCount: Sendable {
        private let runs = Atomic<Int>(0)

        package init() {}

        package var count: Int { runs.load(ordering: .relaxed) }
        fileprivate func add() { runs.add(1, ordering: .relaxed) }
    }

    /// - Parameters:
    ///   - remembering: the most bytes of results to keep until somebody asks for the same inputs again.
    ///   - runs: counts the runs, of this oracle and others.
    /// - Throws: ``Engines/EngineError`` for an operator that no engine can compute.
    package init(
        of graph: Graph, remembering bytes: Int = 0, countingIn runs: RunCount = RunCount()
    ) throws(EngineError) {
        self.runs = runs
        constants = BoundedConstants(of: graph)
        // The engine then holds the same numbers, not others that are equal.
        let widened = try? Graph(
            name: graph.name, inputs: graph.inputs, outputs: graph.outputs, nodes: graph.nodes,
            initializers: constants.tensors)
        engine = try ArithmeticName.fp64.engine(for: widened ?? graph)
        known = Mutex(KnownResults(bytesLeft: bytes))
    }

    /// What is computed from now on is not kept; what has been kept is given to who asks for it.
    package func remembersNoMore() { known.withLock { $0.bytesLeft = nil } }

    /// Every tensor that the graph produces for some inputs, keyed by name.
    ///
    /// - Parameter isPart: whether the inputs are part of a case; nobody asks for these again.
    /// - Throws: ``NetworkGraph/GraphError`` if the inputs do not fit the graph.
    package func tensors(for inputs: [String: AnyTensor], isPart: Bool = false) throws -> [String: AnyTensor] {
        if let remembered = known.withLock({ $0.take(inputs) }) { return remembered }
        runs.add()
        var exact = [String: AnyTensor]()
        let outputs = try engine.run(inputs) { exact[$0.name] = $0.values }
        exact.merge(outputs) { $1 }
        if !isPart { known.withLock { $0.remember(exact, for: inputs) } }
        return exact
    }
}

/// Results that are kept beside their inputs, until there is no room left.
private struct KnownResults {
    /// Nil if no more results are to be kept.
    var bytesLeft: Int?
    private var results = [(inputs: [String: AnyTensor], tensors: [String: AnyTensor])]()

    init(bytesLeft: Int) { self.bytesLeft = bytesLeft }

    /// The results for some inputs, which are kept no longer: two reports ask for a case.
    mutating func take(_ inputs: [String: AnyTensor]) -> [String: AnyTensor]? {
        guard let index = results.firstIndex(where: { $0.inputs == inputs }) else { return nil }
        let taken = results.remove(at: index)
        if let bytesLeft { self.bytesLeft = bytesLeft + KnownResults.bytes(of: taken) }
        return taken.tensors
    }

    private static func bytes(of results: (inputs: [String: AnyTensor], tensors: [String: AnyTensor])) -> Int {
        (results.inputs.values.map(\.shape.count) + results.tensors.values.map(\.shape.count)).reduce(0, +)
            * MemoryLayout<Double>.size
    }

    mutating func remember(_ tensors: [String: AnyTensor], for inputs: [String: AnyTensor]) {
        let bytes = KnownResults.bytes(of: (inputs, tensors))
        guard let bytesLeft, bytes <= bytesLeft else { return }
        self.bytesLeft = bytesLeft - bytes
        results.append((inputs, tensors))
    }
}
