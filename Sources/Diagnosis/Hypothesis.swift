import Tensors

/// A possible fault: an altered computation, and its description.
struct Hypothesis: Sendable {
    let kind: FaultKind
    /// Distinguishes it from others of its kind at the same node; the same key at another node means the same fault
    /// there.
    let key: String
    /// The faulty layer; nil for the whole network, or its input.
    let layer: Layer?
    /// A sentence without a full stop.
    let words: String
    /// Keyed by the positions of nodes.
    var alterations: [Int: Alteration] = [:]
    /// A change to the network's inputs; nil keeps them.
    var input: InputAlteration?

    /// The same computation with the other's alterations added.
    func with(_ other: Hypothesis) -> [Hypothesis] { [self, other] }
}

/// A layer as a reader knows it.
package struct Layer: Sendable, Codable, Equatable, Hashable {
    /// The tensor that it produces.
    package let tensor: String
    package let node: String
    package let `operator`: String

    var words: String { tensor == node ? "\(tensor) (\(self.operator))" : "\(tensor) (\(self.operator) \(node))" }
}

/// What the network receives instead of a case's inputs.
struct InputAlteration: Sendable {
    /// The input tensors, keyed by name, made from the case's own and those of the previous case, if there is one.
    let altered: @Sendable (_ own: [String: AnyTensor], _ previous: [String: AnyTensor]?) -> [String: AnyTensor]?
}
