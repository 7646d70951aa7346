/// An operator applied to named tensors.
public struct Node: Sendable {
    /// Its name in the file or, where it has none, that of its first output.
    public let name: String
    public let `operator`: any Operator
    /// The names of the tensors it takes; nil for an optional input left out.
    public let inputs: [String?]
    /// The names of the tensors it gives.
    public let outputs: [String]

    public init(name: String, operator: any Operator, inputs: [String?], outputs: [String]) {
        self.name = name
        self.operator = `operator`
        self.inputs = inputs
        self.outputs = outputs
    }
}
