import NetworkGraph
import Tensors

/// Something that computes a graph in one arithmetic.
public protocol Engine: Sendable {
    var graph: Graph { get }
    var arithmetic: ArithmeticName { get }

    /// Whether it shows what every node gives, and computes single nodes; else it gives the outputs alone.
    var observesNodes: Bool { get }

    /// Whether it answers one run at a time, and may fail by what it was asked before: then its runs must come in an
    /// order that does not depend on threads.
    var answersInTurn: Bool { get }

    /// The graph's outputs, by name.
    ///
    /// - Parameters:
    ///   - inputs: a tensor for each input of the graph; numbers are rounded to the arithmetic.
    ///   - observe: is shown what every node gives, in the order of computation.
    /// - Throws: ``GraphError`` when an input is missing or does not fit, or what `observe` throws.
    func run(_ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void) throws -> [String:
        AnyTensor]

    /// What one node gives for the given tensors; nil stands for an input left out.
    ///
    /// The node's own constants are among the tensors, and are rounded as any other constant.
    func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor]
}

extension Engine {
    public var observesNodes: Bool { true }
    public var answersInTurn: Bool { false }

    public func run(_ inputs: [String: AnyTensor]) throws -> [String: AnyTensor] {
        try run(inputs, observing: { _ in })
    }
}

/// A tensor that a node has given.
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
