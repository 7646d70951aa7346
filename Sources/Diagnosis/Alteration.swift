import Engines
import NetworkGraph
import Tensors

/// What a node computes instead of what the graph says.
struct Alteration: Sendable {
    /// The replaced operator; nil keeps the node's own.
    var operation: (any Operator)?
    /// Changes to operands, keyed by position.
    var operands: [Int: @Sendable (AnyTensor) -> AnyTensor?] = [:]
    /// A change to the result, given the recorded tensor, if there is one.
    var result: (@Sendable (_ computed: AnyTensor, _ recorded: AnyTensor?) -> AnyTensor?)?
    /// The arithmetic; nil keeps the network's.
    var arithmetic: ArithmeticName?
    /// The format in which the result is stored, if it is coarser than the arithmetic's.
    var storage: FloatFormat?

    /// Whether it computes with fewer bits, so that correct programs of it differ widely.
    var isCoarse: Bool { storage != nil || arithmetic != nil }

    /// The node under this alteration; nil if it does not apply.
    ///
    /// - Throws: ``NetworkGraph/OperatorError`` if the altered operator does not fit its operands.
    func evaluate(
        _ node: Node, _ operands: [AnyTensor?], constants: Set<Int>, recorded: AnyTensor?, in network: ArithmeticName,
        _ order: SummationOrder
    ) throws -> AnyTensor? {
        var operands = operands
        for (position, alter) in self.operands {
            guard operands.indices.contains(position), let operand = operands[position] else { return nil }
            guard let altered = alter(operand) else { return nil }
            operands[position] = altered
        }
        let computed = try (arithmetic ?? network).apply(
            operation ?? node.operator, to: operands, constants: constants, order: order)
        return result.map { $0(computed, recorded) } ?? computed
    }

    /// Both alterations of one node: this one's operands first, the other's result last.
    func followed(by other: Alteration) -> Alteration {
        var both = self
        both.operation = other.operation ?? operation
        for (position, alter) in other.operands {
            let own = operands[position]
            both.operands[position] = { tensor in (own.map { $0(tensor) } ?? tensor).flatMap(alter) }
        }
        if let own = result, let last = other.result {
            both.result = { computed, recorded in own(computed, recorded).flatMap { last($0, recorded) } }
        } else {
            both.result = result ?? other.result
        }
        both.arithmetic = other.arithmetic ?? arithmetic
        both.storage = other.storage ?? storage
        return both
    }
}
