import Tensors

/// A network: nodes in an order in which they can be computed, and the constants they use.
public struct Graph: Sendable {
    /// A tensor that the caller provides.
    public struct Input: Sendable, Equatable {
        public let name: String
        public let elementType: ElementType
        /// The declared extents.
        public let dimensions: [Dimension]

        public init(name: String, elementType: ElementType, dimensions: [Dimension]) {
            self.name = name
            self.elementType = elementType
            self.dimensions = dimensions
        }
    }

    /// An extent that is given, or left to the caller under some name.
    public enum Dimension: Sendable, Equatable, CustomStringConvertible {
        case fixed(Int)
        case symbolic(String)

        public var description: String {
            switch self {
            case .fixed(let extent): String(extent)
            case .symbolic(let name): name.isEmpty ? "?" : name
            }
        }
    }

    public let name: String
    public let inputs: [Input]
    public let outputs: [String]
    public let nodes: [Node]
    /// Weights and other constants by the name of their tensor.
    public let initializers: [String: AnyTensor]

    /// A graph whose names have been checked and whose nodes have been brought into an order of
    /// computation: the given one, but that a node moves behind those it depends on.
    ///
    /// - Throws: ``GraphError`` for names undefined or defined twice, cycles, and a graph without outputs.
    public init(
        name: String, inputs: [Input], outputs: [String], nodes: [Node], initializers: [String: AnyTensor]
    ) throws(GraphError) {
        guard !outputs.isEmpty else { throw .noOutputs }
        var defined = Set(initializers.keys)
        for input in inputs where !defined.insert(input.name).inserted {
            throw .duplicateName(input.name, definer: "an input")
        }
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.initializers = initializers
        self.nodes = try Graph.inOrderOfComputation(nodes, defined: &defined)
        for output in outputs where !defined.contains(output) { throw .undefinedOutput(output) }
    }

    private static func inOrderOfComputation(
        _ nodes: [Node], defined: inout Set<String>
    ) throws(GraphError) -> [Node] {
        var givenByNodes = Set<String>()
        for node in nodes {
            for output in node.outputs where defined.contains(output) || !givenByNodes.insert(output).inserted {
                throw .duplicateName(output, definer: "node \"\(node.name)\"")
            }
        }
        for node in nodes {
            for case let input? in node.inputs where !defined.contains(input) && !givenByNodes.contains(input) {
                throw .undefinedName(input, node: node.name)
            }
        }
        var ordered = [Node]()
        var waiting = nodes
        while !waiting.isEmpty {
            var blocked = [Node]()
            for node in waiting {
                if node.inputs.allSatisfy({ $0.map(defined.contains) ?? true }) {
                    ordered.append(node)
                    defined.formUnion(node.outputs)
                } else {
                    blocked.append(node)
                }
            }
            if blocked.count == waiting.count { throw .cycle(nodes: blocked.map(\.name)) }
            waiting = blocked
        }
        return ordered
    }
}
