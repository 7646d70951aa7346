/// An operator applied to named tensors.
public struct Node: Sendable {
    /// Its name in the file or, without one, its first output's name.
    public let name: String
    public let `operator`: any Operator
    /// The names of its inputs; nil for an omitted optional input.
    public let inputs: [String?]
    /// The names of its outputs.
    public let outputs: [String]

    public init(name: String, operator: any Operator, inputs: [String?], outputs: [String]) {
        self.name = name
        self.operator = `operator`
        self.inputs = inputs
        self.outputs = outputs
    }
}
