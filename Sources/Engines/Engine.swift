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

extension ArithmeticName {
    /// The engine that computes a graph operator by operator in this arithmetic.
    ///
    /// - Parameter order: in which sums of products are carried.
    /// - Throws: ``EngineError/unsupported(node:operator:)`` for an operator that it cannot compute.
    public func engine(
        for graph: Graph, order: SummationOrder = .sequence
    ) throws(EngineError) -> any Engine {
        switch self {
        case .fp32: try OperatorEngine<Float32Arithmetic>(graph, order: order)
        case .fp64: try OperatorEngine<Float64Arithmetic>(graph, order: order)
        case .fp16Weights: try OperatorEngine<Float16WeightsArithmetic>(graph, order: order)
        case .fp16Storage: try OperatorEngine<Float16StorageArithmetic>(graph, order: order)
        case .fp16FMA: try OperatorEngine<Float16FusedArithmetic>(graph, order: order)
        case .fp16MultiplyAdd: try OperatorEngine<Float16MultiplyAddArithmetic>(graph, order: order)
        case .neuralEngineM1: try OperatorEngine<NeuralEngineM1Arithmetic>(graph, order: order)
        }
    }
}

extension ArithmeticName {
    /// What an operator gives for tensors, outside any graph; nil stands for an input left out.
    ///
    /// - Throws: ``NetworkGraph/OperatorError`` for tensors that do not fit, ``EngineError`` for an operator that
    ///   no engine computes.
    public func apply(_ operation: any Operator, to inputs: [AnyTensor?]) throws -> AnyTensor {
        switch self {
        case .fp32: try OperatorEngine<Float32Arithmetic>.apply(operation, to: inputs)
        case .fp64: try OperatorEngine<Float64Arithmetic>.apply(operation, to: inputs)
        case .fp16Weights: try OperatorEngine<Float16WeightsArithmetic>.apply(operation, to: inputs)
        case .fp16Storage: try OperatorEngine<Float16StorageArithmetic>.apply(operation, to: inputs)
        case .fp16FMA: try OperatorEngine<Float16FusedArithmetic>.apply(operation, to: inputs)
        case .fp16MultiplyAdd: try OperatorEngine<Float16MultiplyAddArithmetic>.apply(operation, to: inputs)
        case .neuralEngineM1: try OperatorEngine<NeuralEngineM1Arithmetic>.apply(operation, to: inputs)
        }
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
