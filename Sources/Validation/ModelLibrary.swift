import Conformance
import Detection
import Engines
import FaceConformance
import Files
import Foundation
import ModelFormats
import Synchronization
import Tensors

/// The models of a directory, each read only once, however often a run asks for it.
package final class ModelLibrary: Sendable {
    /// As given.
    package let directory: String
    private let contents = Mutex((models: [String: Model](), reads: 0))
    /// The room for exact results that two reports share, for each model: all recordings of PNet and RNet fit, and half of
    /// ONet's. What does not fit is computed again.
    private static let rememberedBytes = 6 << 20
    /// Keyed by the models' SHA-256.
    private let oracles = Mutex([String: Oracle]())
    private let runs = Oracle.RunCount()

    package init(_ directory: String) { self.directory = directory }

    /// How many model files were read.
    package var reads: Int { contents.withLock { $0.reads } }

    /// How often an oracle computed a case, over all models.
    package var oracleRuns: Int { runs.count }

    /// The exact results of a model of this library. Two reports ask for those of the cascade's networks: the second
    /// takes what the first has left, and nobody keeps it any longer.
    ///
    /// - Throws: ``Engines/EngineError`` for an operator that no engine computes.
    func oracle(of model: Model) throws -> Oracle {
        try oracles.withLock { oracles in
            if let oracle = oracles.removeValue(forKey: model.sha256) {
                oracle.remembersNoMore()
                return oracle
            }
            let oracle = try Oracle(
                of: model.graph, remembering: ModelLibrary.rememberedBytes, countingIn: runs)
            oracles[model.sha256] = oracle
            return oracle
        }
    }

    /// The model of a name in the directory or in a subdirectory, as ``ModelFormats/Model/init(named:in:)`` finds it.
    ///
    /// - Parameter path: `pnet`, or `theirs/pnet`.
    /// - Throws: ``ModelFormats/ModelError``.
    package func model(_ path: String) throws(ModelError) -> Model {
        let place = URL(fileURLWithPath: "\(directory)/\(path)")
        return try read(path) { () throws(ModelError) in
            try Model(named: place.lastPathComponent, in: place.deletingLastPathComponent().path)
        }
    }

    /// The names of the model files in the directory itself, sorted.
    ///
    /// - Throws: ``Files/FileReadingError``.
    package var names: [String] {
        get throws {
            let extensions = ModelFormat.all.flatMap(\.fileExtensions)
            return try directoryEntries(directory).map { URL(fileURLWithPath: $0.name) }
                .filter { extensions.contains($0.pathExtension.lowercased()) }
                .map { $0.deletingPathExtension().lastPathComponent }.sorted().withoutRepeats
        }
    }

    /// The names of the models that are not face networks.
    ///
    /// - Throws: ``ModelFormats/ModelError`` if the directory cannot be read.
    package var otherNetworks: [String] {
        get throws { try names.filter { name in !CascadeNetwork.allCases.contains { $0.modelName == name } } }
    }

    /// The names of the face networks that the directory lacks.
    ///
    /// - Throws: ``ModelFormats/ModelError`` for one that exists and cannot be read.
    package var missingFaceNetworks: [String] {
        get throws {
            try CascadeNetwork.allCases.map(\.modelName).filter { name in
                do throws(ModelError) {
                    _ = try model(name)
                    return false
                } catch {
                    if case .unreadable = error { return true }
                    throw error
                }
            }
        }
    }

    /// The model of a file or package in the directory, such as `pnet_fp16.mlpackage`; nil if it does not exist.
    ///
    /// - Throws: ``ModelFormats/ModelError`` for one that cannot be read.
    package func model(inFile file: String) throws(ModelError) -> Model? {
        let path = "\(directory)/\(file)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try read(file) { () throws(ModelError) in try Model(contentsOf: path) }
    }

    /// The cascade's networks, run in one arithmetic; packages use their declared types.
    ///
    /// - Throws: ``ModelFormats/ModelError``, and ``Detection/GraphFaceNetworkError`` if it is another kind of network.
    package func faceNetworks(in arithmetic: ArithmeticName) throws -> FaceNetworks {
        try FaceNetworks(arithmetic: arithmetic) { try model($0.modelName) }
    }

    private func read(_ key: String, _ load: () throws(ModelError) -> Model) throws(ModelError) -> Model {
        if let model = contents.withLock({ $0.models[key] }) { return model }
        let model = try load()
        contents.withLock {
            $0.models[key] = model
            $0.reads += 1
        }
        return model
    }
}
