import Conformance
import Detection
import Engines
import ModelFormats

extension FaceNetworks {
    /// The three networks, run in one arithmetic; a package in the types that it declares.
    ///
    /// - Parameter model: gives the model of each.
    /// - Throws: ``Detection/GraphFaceNetworkError`` for a network of another kind, and what `model` throws.
    public init(arithmetic: ArithmeticName, model: (CascadeNetwork) throws -> Model) throws {
        func network(_ kind: CascadeNetwork) throws -> GraphFaceNetwork {
            try GraphFaceNetwork(kind, model(kind), arithmetic)
        }
        self.init(
            proposal: try network(.proposal), refinement: try network(.refinement), output: try network(.output))
    }
}

extension GraphFaceNetwork {
    /// - Throws: ``Detection/GraphFaceNetworkError`` for a network of another kind.
    init(_ network: CascadeNetwork, _ model: Model, _ arithmetic: ArithmeticName) throws {
        if let uniform = model.uniformArithmetic(asked: arithmetic) {
            try self.init(network, graph: model.graph, arithmetic: uniform)
        } else {
            try self.init(network, graph: model.graph) { try model.engine(arithmetic, for: $0) }
        }
    }
}
