import NetworkGraph
import Tensors

/// Something that computes a graph in one arithmetic.
public protocol Engine: Sendable {
    var graph: Graph { get }
    var arithmetic: ArithmeticName { get }

    /// Whether it reports every node's results and computes single nodes; else it gives only the outputs.
    var observesNodes: Bool { get }

    /// Whether it answers one run at a time and may fail because of earlier runs: then the order of its runs must not
    /// depend on threads.
    var answersInTurn: Bool { get }

    /// The graph's outputs, keyed by name.
    ///
    /// - Parameters:
    ///   - inputs: a tensor for each input of the graph; numbers are rounded to the arithmetic.
    ///   - observe: called with every node's results, in order of computation.
    /// - Throws: ``GraphError`` if an input is missing or does not fit, or any error of `observe`.
    func run(_ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void) throws -> [String:
        AnyTensor]

    /// The same, without the tensors in between, which may be quicker.
    func run(_ inputs: [String: AnyTensor]) throws -> [String: AnyTensor]

    /// How many nodes of each operator are computed by their definitions alone, for inputs that it is quicker for
    /// otherwise; empty for an engine that does not tell.
    func nodesWithoutKernels(for inputs: [String: AnyTensor]) -> [String: Int]

    /// The results of one node for the given tensors; nil stands for an omitted input.
    ///
    /// The node's own constants are among the tensors, and are rounded like any constant.
    func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor]
}

extension Engine {
    public var observesNodes: Bool { true }
    public var answersInTurn: Bool { false }

    public func nodesWithoutKernels(for inputs: [String: AnyTensor]) -> [String: Int] { [:] }

    public func run(_ inputs: [String: AnyTensor]) throws -> [String: AnyTensor] {
        try run(inputs, observing: { _ in })
    }
}

/// A tensor that a node produced.
public struct Activation: Sendable {
    public let name: String
    public let node: Node
    public let values: AnyTensor

    public init(name: String, node: Node, values: AnyTensor) {
        self.name = name
        self.node = node
        self.values = values
    }
}

/// Why an engine cannot compute a graph.
public enum EngineError: Error, Equatable, CustomStringConvertible {
    case unsupported(node: String, operator: String)

    public var description: String {
        switch self {
        case .unsupported(let node, let name): "node \"\(node)\": no engine computes operator \(name)"
        }
    }
}
