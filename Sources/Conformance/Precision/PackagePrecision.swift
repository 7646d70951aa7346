import Captures
import Detection
import Engines
import Foundation
import ModelFormats
import Tensors

/// The float16 packages that stand beside the float32 networks of a directory: `pnet_fp16.mlpackage` and so on.
public struct Float16Packages: Sendable {
    public let proposal: Model
    public let refinement: Model
    public let output: Model

    /// - Returns: nil where the directory does not have all three.
    /// - Throws: ``ModelFormats/ModelError`` for a package that cannot be read, and for one that holds no float16.
    public init?(in directory: String) throws(ModelError) {
        func path(_ name: String) -> String { "\(directory)/\(name)_fp16.mlpackage" }
        let names = ["pnet", "rnet", "onet"]
        guard names.allSatisfy({ FileManager.default.fileExists(atPath: path($0)) }) else { return nil }
        var models = [Model]()
        for name in names {
            let model = try Model(contentsOf: path(name))
            guard model.floatTypes.values.contains(.float16) else {
                throw .malformed(file: model.path, reason: "none of its tensors is float16, as its place says")
            }
            models.append(model)
        }
        (proposal, refinement, output) = (models[0], models[1], models[2])
    }

    /// - Parameter network: `pnet`, `rnet` or `onet`.
    public subscript(network: String) -> (network: CascadeNetwork, model: Model) {
        switch network {
        case "pnet": (.proposal, proposal)
        case "rnet": (.refinement, refinement)
        default: (.output, output)
        }
    }
}

extension NetworkPrecision {
    /// What a package that declares float16 answers, against what a capture recorded of the float32 network.
    ///
    /// - Throws: as ``NetworkComparison/init(of:model:with:capture:name:shard:progress:)``.
    public init(
        of package: (network: CascadeNetwork, model: Model), on capture: CaptureFile, network: String
    ) throws {
        let comparison = try NetworkComparison(
            of: GraphFaceNetwork(package.network, package.model, .fp16Storage), model: package.model, with: capture,
            name: network)
        let layers = comparison.layers
        let whole = layers.map(\.cumulative.difference).reduce(Difference()) { $0.merged(with: $1) }
        self.init(
            network: network, modelSha256: package.model.sha256, cases: comparison.cases.count,
            maxAbsDiff: whole.nonFiniteCount > 0 ? .infinity : whole.maxAbsDiff, meanAbsDiff: whole.meanAbsDiff,
            floor: try capture.float16FloorOfAnswers(), meanIou: nil, minIou: nil, decisionAgreement: nil,
            constants: ConstantRange.outOfRange(in: package.model.graph),
            layers: layers.map { layer in
                var range = Float16Range()
                range.nonFiniteCount = layer.cumulative.difference.nonFiniteCount
                return LayerPrecision(layer, range)
            })
    }
}
