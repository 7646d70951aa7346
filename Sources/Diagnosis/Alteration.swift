import Engines
import NetworkGraph
import Tensors

/// What is computed at a node in place of what the graph says.
struct Alteration: Sendable {
    /// The operator; nil leaves the node's own.
    var operation: (any Operator)?
    /// What the operands become, by their positions.
    var operands: [Int: @Sendable (AnyTensor) -> AnyTensor?] = [:]
    /// What the result becomes, given what was recorded in its place, if it was.
    var result: (@Sendable (_ computed: AnyTensor, _ recorded: AnyTensor?) -> AnyTensor?)?
    /// The arithmetic; nil leaves that of the network.
    var arithmetic: ArithmeticName?
    /// In what the result is stored, where that is coarser than the arithmetic.
    var storage: FloatFormat?

    /// Whether it computes with fewer bits, so that right programs of it differ by much.
    var isCoarse: Bool { storage != nil || arithmetic != nil }

    /// The node under this alteration; nil where it does not apply.
    ///
    /// - Throws: ``NetworkGraph/OperatorError`` where the altered operator does not fit its operands.
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
