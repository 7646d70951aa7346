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
        func network(_ network: CascadeNetwork, _ name: String) throws -> GraphFaceNetwork {
            let model = try Model(named: name, in: directory)
            if let uniform = model.uniformArithmetic(asked: arithmetic) {
                return try GraphFaceNetwork(network, graph: model.graph, arithmetic: uniform)
            }
            return try GraphFaceNetwork(network, graph: model.graph) { _ in try model.engine(arithmetic) }
        }
        self.init(
            proposal: try network(.proposal, "pnet"), refinement: try network(.refinement, "rnet"),
            output: try network(.output, "onet"))
    }
}
