import Tensors

/// What may have been done wrong: an altered computation, and how it is said.
struct Hypothesis: Sendable {
    let kind: FaultKind
    /// What tells it from others of its kind at the same node: the same key at other nodes is the same fault there.
    let key: String
    /// The layer at which it was done; nil where it is the whole network, or its input.
    let layer: Layer?
    /// A sentence without a stop, for a person.
    let words: String
    /// By the positions of nodes.
    var alterations: [Int: Alteration] = [:]
    /// What the network's inputs become; nil leaves them as they are.
    var input: InputAlteration?

    /// The same computation with the other's alterations as well.
    func with(_ other: Hypothesis) -> [Hypothesis] { [self, other] }
}

/// A layer as it is named to a person.
public struct Layer: Sendable, Codable, Equatable, Hashable {
    /// The tensor that it gives.
    public let tensor: String
    public let node: String
    public let `operator`: String

    var words: String { tensor == node ? "\(tensor) (\(self.operator))" : "\(tensor) (\(self.operator) \(node))" }
}

/// What the network is given in place of a case's inputs.
struct InputAlteration: Sendable {
    /// The input's tensors, by name, from those of its own case and those of the case before, if there is one.
    let altered: @Sendable (_ own: [String: AnyTensor], _ previous: [String: AnyTensor]?) -> [String: AnyTensor]?
}
