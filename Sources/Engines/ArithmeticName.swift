import NetworkGraph
import Tensors

/// An arithmetic, identified by the name that users give.
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
    /// Nil for an unknown name.
    public init?(rawValue: String) {
        guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = known
    }
}

extension ArithmeticName: CustomStringConvertible {
    public var description: String { rawValue }

    package var formats: ArithmeticFormats { arithmetic.formats }

    /// The element type of this arithmetic's engines.
    public var elementType: ElementType { arithmetic.elementType }

    /// The memory of a number between two operators.
    package var bytesPerNumber: Int { elementType.byteCount }

    /// The engine that computes a graph operator by operator in this arithmetic.
    ///
    /// - Parameter order: the order of summation for sums of products.
    /// - Throws: ``EngineError/unsupported(node:operator:)`` for an operator that it cannot compute.
    public func engine(
        for graph: Graph, order: SummationOrder = .sequence
    ) throws(EngineError) -> any Engine {
        try arithmetic.engine(for: graph, order: order)
    }

    /// An operator's result for tensors, outside any graph; nil stands for an omitted input.
    ///
    /// - Parameters:
    ///   - constants: the positions of tensors that are a model's constants.
    ///   - order: the order of summation for sums of products.
    /// - Throws: ``NetworkGraph/OperatorError`` for tensors that do not fit, ``EngineError`` for an operator that no
    ///   engine computes.
    package func apply(
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
