import Detection
import Engines
import ModelFormats

extension FaceNetworks {
    /// The three networks of a directory, run in one arithmetic.
    ///
    /// - Parameter directory: holds `pnet`, `rnet` and `onet`, each in a format that is known; letter case does
    ///   not matter.
    /// - Throws: ``ModelFormats/ModelError``, and ``Detection/GraphFaceNetworkError`` for a network of another kind.
    public init(models directory: String, arithmetic: ArithmeticName) throws {
        func network(_ network: CascadeNetwork, _ name: String) throws -> GraphFaceNetwork {
            try GraphFaceNetwork(network, graph: Model(named: name, in: directory).graph, arithmetic: arithmetic)
        }
        self.init(
            proposal: try network(.proposal, "pnet"), refinement: try network(.refinement, "rnet"),
            output: try network(.output, "onet"))
    }
}
