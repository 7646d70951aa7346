import Tensors

/// The tensors that a computation of a graph produced in one case.
package struct RecordedCase: Sendable {
    package let name: String
    /// The source of the inputs, in words.
    package let source: String
    package let inputs: [String: AnyTensor]
    /// Keyed by name: every tensor, or only the outputs.
    package let tensors: [String: AnyTensor]
    /// The oracle's results for the inputs; nil until it is asked.
    package let exact: [String: AnyTensor]?

    package init(
        name: String, source: String, inputs: [String: AnyTensor], tensors: [String: AnyTensor],
        exact: [String: AnyTensor]? = nil
    ) {
        self.name = name
        self.source = source
        self.inputs = inputs
        self.tensors = tensors
        self.exact = exact
    }
}

/// What was measured in one case.
public struct CaseMetrics: Sendable, Codable, Equatable {
    public let name: String
    public let source: String
    public let layers: [LayerMetrics]
    /// The task metrics of the outputs; nil if none are asked for.
    public let tasks: [TaskAgreement]?

    package init(name: String, source: String, layers: [LayerMetrics], tasks: [TaskAgreement]? = nil) {
        self.name = name
        self.source = source
        self.layers = layers
        self.tasks = tasks
    }
}
