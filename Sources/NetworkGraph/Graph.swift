import Tensors

/// A network: nodes in a computable order, and their constants.
public struct Graph: Sendable {
    /// A tensor that the caller provides.
    public struct Input: Sendable, Equatable {
        public let name: String
        public let elementType: ElementType
        /// The declared extents.
        public let dimensions: [Dimension]
        /// What is known about the images that it takes; nil if nothing is, or if it takes none.
        public var images: ImageDeclaration?

        public init(
            name: String, elementType: ElementType, dimensions: [Dimension], images: ImageDeclaration? = nil
        ) {
            self.name = name
            self.elementType = elementType
            self.dimensions = dimensions
            self.images = images
        }
    }

    /// An extent that is given, or left to the caller under a name.
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
    public private(set) var inputs: [Input]
    public let outputs: [String]
    public let nodes: [Node]
    /// Weights and other constants, keyed by tensor name.
    public let initializers: [String: AnyTensor]
    /// The positions of the nodes that read a tensor, in order.
    private let takers: [String: [Int]]

    /// A graph with checked names and nodes in a computable order: the given one, except that nodes move after those
    /// that they depend on.
    ///
    /// - Throws: ``GraphError`` for undefined or twice defined names, cycles, a graph without outputs, and constants of
    ///   2^63 or more.
    public init(
        name: String, inputs: [Input], outputs: [String], nodes: [Node], initializers: [String: AnyTensor]
    ) throws(GraphError) {
        guard !outputs.isEmpty else { throw .noOutputs }
        var defined = Set(initializers.keys)
        for input in inputs where !defined.insert(input.name).inserted {
            throw .duplicateName(input.name, definer: "an input")
        }
        for (name, tensor) in initializers where tensor.elementType == .uint64 && tensor.integers == nil {
            throw .integersTooLarge(name)
        }
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.initializers = initializers
        self.nodes = try ComputationOrder(nodes, defined: defined).nodes
        for node in self.nodes { defined.formUnion(node.outputs) }
        var takers = [String: [Int]]()
        for (index, node) in self.nodes.enumerated() {
            for case let input? in node.inputs where takers[input]?.last != index {
                takers[input, default: []].append(index)
            }
        }
        self.takers = takers
        for output in outputs where !defined.contains(output) { throw .undefinedOutput(output) }
    }

    /// The same graph with the given image layout for its inputs.
    package func declaring(_ order: ImageDeclaration.SpatialOrder, reason: String) -> Graph {
        var graph = self
        for index in inputs.indices {
            var images = inputs[index].images ?? ImageDeclaration(spatialOrder: order, reason: reason)
            (images.spatialOrder, images.reason) = (order, reason)
            graph.inputs[index].images = images
        }
        return graph
    }

    /// The nodes that read a tensor, in order of computation.
    package func takers(of tensor: String) -> [Node] { (takers[tensor] ?? []).map { nodes[$0] } }
}
