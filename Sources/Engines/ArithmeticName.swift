import NetworkGraph
import Tensors

/// An arithmetic by the name that users give it.
public struct ArithmeticName: Sendable {
    public let rawValue: String
    let arithmetic: any Arithmetic.Type

    /// The arithmetics, one line each.
    public static let allCases: [ArithmeticName] = [
        .fp32,
        .fp64,
        .fp16Weights,
        .fp16Storage,
        .fp16FMA,
        .fp16MultiplyAdd,
        .neuralEngineM1,
        .bf16Storage,
        .tf32,
    ]

    init(_ name: String, _ arithmetic: any Arithmetic.Type) {
        rawValue = name
        self.arithmetic = arithmetic
    }
}

extension ArithmeticName: RawRepresentable, CaseIterable, Hashable, Codable {
    /// nil for a name that no arithmetic has.
    public init?(rawValue: String) {
        guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = known
    }
}

extension ArithmeticName: CustomStringConvertible {
    public var description: String { rawValue }

    public var formats: ArithmeticFormats { arithmetic.formats }

    /// The type of the elements that engines in this arithmetic give.
    public var elementType: ElementType { arithmetic.elementType }

    /// What a number takes in memory between two operators.
    public var bytesPerNumber: Int { elementType.byteCount }

    /// The engine that computes a graph operator by operator in this arithmetic.
    ///
    /// - Parameter order: in which sums of products are carried.
    /// - Throws: ``EngineError/unsupported(node:operator:)`` for an operator that it cannot compute.
    public func engine(
        for graph: Graph, order: SummationOrder = .sequence
    ) throws(EngineError) -> any Engine {
        try arithmetic.engine(for: graph, order: order)
    }

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
        try arithmetic.apply(operation, to: inputs, constants: constants, order: order)
    }

    /// - Throws: as ``FusedNetwork/init(_:imageAxes:outputs:arithmetic:level:)``.
    func fusedChain(
        _ graph: Graph, _ imageAxes: [MapAxis], _ outputs: [String]
    ) throws(FusionError) -> FusedChain {
        func chain<A: Arithmetic>(in arithmetic: A.Type) throws(FusionError) -> FusedChain {
            try FusedChain(graph, imageAxes, outputs, in: A.self)
        }
        return try chain(in: arithmetic)
    }
}
