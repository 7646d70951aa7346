import Conformance
import Detection
import Engines
import ModelFormats

extension FaceNetworks {
    /// The three networks, run in one arithmetic; packages use their declared types.
    ///
    /// - Parameter model: returns the model of each.
    /// - Throws: ``Detection/GraphFaceNetworkError`` if it is another kind of network, and any error of `model`.
    public init(arithmetic: ArithmeticName, model: (CascadeNetwork) throws -> Model) throws {
        func network(_ kind: CascadeNetwork) throws -> GraphFaceNetwork {
            try GraphFaceNetwork(kind, model(kind), arithmetic)
        }
        self.init(
            proposal: try network(.proposal), refinement: try network(.refinement), output: try network(.output))
    }
}

extension GraphFaceNetwork {
    /// - Throws: ``Detection/GraphFaceNetworkError`` if it is another kind of network.
    init(_ network: CascadeNetwork, _ model: Model, _ arithmetic: ArithmeticName) throws {
        if let uniform = model.uniformArithmetic(asked: arithmetic) {
            try self.init(network, graph: model.graph, arithmetic: uniform)
        } else {
            try self.init(network, graph: model.graph) { try model.engine(arithmetic, for: $0) }
        }
    }
}
