import Engines
import NetworkGraph
import Synchronization
import Tensors

/// A graph in float64, whose results count as exact. It counts how often the whole graph is computed.
package final class Oracle: Sendable {
    let engine: any Engine
    /// The graph's constants, for every bound on errors in it.
    let constants: BoundedConstants
    private let count = Atomic<Int>(0)
    private let known: Mutex<KnownResults>

    /// - Parameter remembering: the most bytes of results to keep until somebody asks for the same inputs again.
    /// - Throws: ``Engines/EngineError`` for an operator that no engine can compute.
    package init(of graph: Graph, remembering bytes: Int = 0) throws(EngineError) {
        constants = BoundedConstants(of: graph)
        // The engine then holds the same numbers, not others that are equal.
        let widened = try? Graph(
            name: graph.name, inputs: graph.inputs, outputs: graph.outputs, nodes: graph.nodes,
            initializers: constants.tensors)
        engine = try ArithmeticName.fp64.engine(for: widened ?? graph)
        known = Mutex(KnownResults(bytesLeft: bytes))
    }

    /// How often ``tensors(for:isPart:)`` had to compute.
    package var runs: Int { count.load(ordering: .relaxed) }

    /// Every tensor that the graph produces for some inputs, keyed by name.
    ///
    /// - Parameter isPart: whether the inputs are part of a case; nobody asks for these again.
    /// - Throws: ``NetworkGraph/GraphError`` if the inputs do not fit the graph.
    package func tensors(for inputs: [String: AnyTensor], isPart: Bool = false) throws -> [String: AnyTensor] {
        if let remembered = known.withLock({ $0.take(inputs) }) { return remembered }
        count.add(1, ordering: .relaxed)
        var exact = [String: AnyTensor]()
        let outputs = try engine.run(inputs) { exact[$0.name] = $0.values }
        exact.merge(outputs) { $1 }
        if !isPart { known.withLock { $0.remember(exact, for: inputs) } }
        return exact
    }
}

/// Results that are kept beside their inputs, until there is no room left.
private struct KnownResults {
    private var bytesLeft: Int
    private var results = [(inputs: [String: AnyTensor], tensors: [String: AnyTensor])]()

    init(bytesLeft: Int) { self.bytesLeft = bytesLeft }

    /// The results for some inputs, which are kept no longer: two reports ask for a case.
    mutating func take(_ inputs: [String: AnyTensor]) -> [String: AnyTensor]? {
        guard let index = results.firstIndex(where: { $0.inputs == inputs }) else { return nil }
        let taken = results.remove(at: index)
        bytesLeft += KnownResults.bytes(of: taken)
        return taken.tensors
    }

    private static func bytes(of results: (inputs: [String: AnyTensor], tensors: [String: AnyTensor])) -> Int {
        (results.inputs.values.map(\.shape.count) + results.tensors.values.map(\.shape.count)).reduce(0, +)
            * MemoryLayout<Double>.size
    }

    mutating func remember(_ tensors: [String: AnyTensor], for inputs: [String: AnyTensor]) {
        let bytes = KnownResults.bytes(of: (inputs, tensors))
        guard bytes <= bytesLeft else { return }
        bytesLeft -= bytes
        results.append((inputs, tensors))
    }
}
