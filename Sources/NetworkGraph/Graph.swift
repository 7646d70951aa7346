import Tensors

/// A network: nodes in an order in which they can be computed, and the constants they use.
public struct Graph: Sendable {
    /// A tensor that the caller provides.
    public struct Input: Sendable, Equatable {
        public let name: String
        public let elementType: ElementType
        /// The declared extents.
        public let dimensions: [Dimension]
        /// What is known of the images that it takes; nil where nothing is, or it takes none.
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
    public private(set) var inputs: [Input]
    public let outputs: [String]
    public let nodes: [Node]
    /// Weights and other constants by the name of their tensor.
    public let initializers: [String: AnyTensor]
    /// The positions of the nodes that take a tensor, in order.
    private let takers: [String: [Int]]

    /// A graph whose names have been checked and whose nodes have been brought into an order of
    /// computation: the given one, but that a node moves behind those it depends on.
    ///
    /// - Throws: ``GraphError`` for names undefined or defined twice, cycles, a graph without outputs, and constants of 2^63
    ///   or more.
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

    /// The same graph, whose images lie in the inputs as said.
    public func declaring(_ order: ImageDeclaration.SpatialOrder, reason: String) -> Graph {
        var graph = self
        for index in inputs.indices {
            var images = inputs[index].images ?? ImageDeclaration(spatialOrder: order, reason: reason)
            (images.spatialOrder, images.reason) = (order, reason)
            graph.inputs[index].images = images
        }
        return graph
    }

    /// The nodes that take a tensor, in the order of computation.
    public func takers(of tensor: String) -> [Node] { (takers[tensor] ?? []).map { nodes[$0] } }
}
