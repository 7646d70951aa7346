import Tensors

/// Why a graph cannot be computed.
public enum GraphError: Error, Equatable {
    /// - Parameter definer: what defines it the second time, in words.
    case duplicateName(String, definer: String)
    case undefinedName(String, node: String)
    case undefinedOutput(String)
    case cycle(nodes: [String])
    case noOutputs
    case integersTooLarge(String)
    case badInput(String, reason: String)
    case badNode(String, operator: String, inputs: [String], reason: String)
}

extension GraphError: CustomStringConvertible {
    /// The most nodes of a cycle to name.
    private static let shownNodes = 10

    public var description: String {
        switch self {
        case .duplicateName(let name, let definer):
            "tensor \"\(name)\" is defined a second time by \(definer)"
        case .undefinedName(let name, let node):
            "node \"\(node)\" takes tensor \"\(name)\", which nothing defines"
        case .undefinedOutput(let name):
            "output \"\(name)\" of the graph is defined by no node, input or initializer"
        case .cycle(let nodes):
            "nodes depend on each other in a cycle: "
                + nodes.prefix(Self.shownNodes).map { "\"\($0)\"" }.joined(separator: ", ")
                + (nodes.count > Self.shownNodes ? " and \(nodes.count - Self.shownNodes) more" : "")
        case .noOutputs:
            "the graph has no outputs"
        case .integersTooLarge(let name):
            "constant \"\(name)\" holds integers of 2^63 and more, which no engine computes with"
        case .badInput(let name, let reason):
            "input \"\(name)\": \(reason)"
        case .badNode(let name, let `operator`, let inputs, let reason):
            "node \"\(name)\" (\(`operator`) of \(inputs.joined(separator: ", "))) \(reason)"
        }
    }
}
