import Captures
import Conformance
import Detection
import Engines
import ModelFormats
import Tensors

/// The float16 packages beside the float32 networks of a directory: `pnet_fp16.mlpackage` and so on.
package struct Float16Packages: Sendable {
    package let proposal: Model
    package let refinement: Model
    package let output: Model

    /// - Parameter package: returns the named package of a directory, nil if it does not exist.
    /// - Returns: nil if the directory has none.
    /// - Throws: ``ModelFormats/ModelError`` if only some of the three exist, if a package cannot be read, or if one
    ///   holds no float16.
    package init?(_ package: (_ file: String) throws(ModelError) -> Model?) throws(ModelError) {
        func file(_ network: CascadeNetwork) -> String { "\(network.modelName)_fp16.mlpackage" }
        var packages = [CascadeNetwork: Model]()
        for network in CascadeNetwork.allCases { packages[network] = try package(file(network)) }
        guard let present = CascadeNetwork.allCases.lazy.compactMap({ packages[$0] }).first else { return nil }
        func model(_ network: CascadeNetwork) throws(ModelError) -> Model {
            guard let model = packages[network] else {
                throw .unreadable(
                    file: file(network),
                    reason: "it is missing beside \(present.path); the three are judged together")
            }
            guard model.floatTypes.values.contains(.float16) else {
                throw .malformed(file: model.path, reason: "none of its tensors is float16, as its place says")
            }
            return model
        }
        proposal = try model(.proposal)
        refinement = try model(.refinement)
        output = try model(.output)
    }

    package subscript(network: CascadeNetwork) -> Model {
        switch network {
        case .proposal: proposal
        case .refinement: refinement
        case .output: output
        }
    }
}

extension NetworkPrecision {
    /// The answers of a float16 package, compared with a capture of the float32 network.
    ///
    /// - Parameter arithmetic: for its float16 parts, if it is a float16 one; else `fp16-storage` is used.
    /// - Throws: as ``NetworkComparison/init(of:model:with:capture:name:shard:progress:)``.
    package init(
        of package: Model, as network: CascadeNetwork, in arithmetic: ArithmeticName, on capture: CaptureFile,
        scoreThreshold: Double
    ) throws {
        var decisions = BoxDecisions(scoreThreshold: scoreThreshold)
        let comparison = try NetworkComparison(
            of: GraphFaceNetwork(network, package, arithmetic), model: package, with: capture,
            name: network.modelName, shard: .whole, progress: { _ in }
        ) { decisions.add(expected: $0, found: $1) }
        let layers = comparison.layers
        let whole = layers.map(\.cumulative.difference).reduce(Difference()) { $0.merged(with: $1) }
        self.init(
            network: network.modelName, modelSha256: package.sha256, cases: comparison.cases.count,
            maxAbsDiff: whole.maxAbsDiffOfAll, meanAbsDiff: whole.meanAbsDiff,
            floor: try capture.float16FloorOfAnswers(of: network), meanIou: decisions.overlaps.mean,
            minIou: decisions.overlaps.smallest, decisionAgreement: decisions.agreement,
            constants: ConstantRange.outOfRange(in: package.graph),
            layers: layers.map { layer in
                var range = NumberRange()
                range.nonFiniteCount = layer.cumulative.difference.nonFiniteCount
                return LayerPrecision(layer, range)
            }, inputsAreConstant: comparison.inputsAreConstant)
    }
}
