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
    /// - Parameters:
    ///   - constants: the positions of the tensors that are constants of a model.
    ///   - order: in which sums of products are carried.
    /// - Throws: ``NetworkGraph/OperatorError`` for tensors that do not fit, ``EngineError`` for an operator that
    ///   no engine computes.
    public func apply(
        _ operation: any Operator, to inputs: [AnyTensor?], constants: Set<Int> = [], order: SummationOrder = .sequence
    ) throws -> AnyTensor {
        func apply<A: Arithmetic>(in arithmetic: A.Type) throws -> AnyTensor {
            try OperatorEngine<A>.apply(operation, to: inputs, constants: constants, order: order)
        }
        return switch self {
        case .fp32: try apply(in: Float32Arithmetic.self)
        case .fp64: try apply(in: Float64Arithmetic.self)
        case .fp16Weights: try apply(in: Float16WeightsArithmetic.self)
        case .fp16Storage: try apply(in: Float16StorageArithmetic.self)
        case .fp16FMA: try apply(in: Float16FusedArithmetic.self)
        case .fp16MultiplyAdd: try apply(in: Float16MultiplyAddArithmetic.self)
        case .neuralEngineM1: try apply(in: NeuralEngineM1Arithmetic.self)
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
