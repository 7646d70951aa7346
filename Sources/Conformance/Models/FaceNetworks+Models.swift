import Detection
import Engines
import ModelFormats

extension FaceNetworks {
    /// The three networks of a directory, run in one arithmetic; a package in the types that it declares.
    ///
    /// - Parameter directory: holds `pnet`, `rnet` and `onet`, each in a format that is known; letter case does
    ///   not matter.
    /// - Throws: ``ModelFormats/ModelError``, and ``Detection/GraphFaceNetworkError`` for a network of another kind.
    public init(models directory: String, arithmetic: ArithmeticName) throws {
        func model(_ name: String) throws(ModelError) -> Model { try Model(named: name, in: directory) }
        try self.init(
            proposal: model("pnet"), refinement: model("rnet"), output: model("onet"), arithmetic: arithmetic)
    }

    /// The three networks, run in one arithmetic; a package in the types that it declares.
    ///
    /// - Throws: ``Detection/GraphFaceNetworkError`` for a network of another kind.
    public init(proposal: Model, refinement: Model, output: Model, arithmetic: ArithmeticName) throws {
        self.init(
            proposal: try GraphFaceNetwork(.proposal, proposal, arithmetic),
            refinement: try GraphFaceNetwork(.refinement, refinement, arithmetic),
            output: try GraphFaceNetwork(.output, output, arithmetic))
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
