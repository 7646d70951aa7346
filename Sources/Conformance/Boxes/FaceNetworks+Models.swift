import Detection
import Engines
import Foundation
import ModelFormats

extension FaceNetworks {
    /// The three networks of a directory, run in one arithmetic.
    ///
    /// - Parameter directory: holds `pnet`, `rnet` and `onet`, each in a format that is known; letter case does
    ///   not matter.
    /// - Throws: ``ModelFormats/ModelError``, and ``Detection/GraphFaceNetworkError`` for a network of another kind.
    public init(models directory: String, arithmetic: ArithmeticName) throws {
        func network(_ network: CascadeNetwork, _ name: String) throws -> GraphFaceNetwork {
            let path = try FaceNetworks.file(named: name, in: directory)
            return try GraphFaceNetwork(network, graph: Model(contentsOf: path).graph) {
                try arithmetic.engine(for: $0)
            }
        }
        self.init(
            proposal: try network(.proposal, "pnet"), refinement: try network(.refinement, "rnet"),
            output: try network(.output, "onet"))
    }

    private static func file(named name: String, in directory: String) throws(ModelError) -> String {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let matching = Model.fileExtensions.lazy.compactMap { wanted in
            files.sorted().first { $0.lowercased() == "\(name).\(wanted)" }
        }
        guard let file = matching.first else {
            throw .unreadable(
                file: "\(directory)/\(name)",
                reason: "there is no such file with the extension \(Model.fileExtensions.joined(separator: " or "))")
        }
        return "\(directory)/\(file)"
    }
}
