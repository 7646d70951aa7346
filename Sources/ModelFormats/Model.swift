import Foundation
import NetworkGraph
import Tensors

/// A network read from a file, with its identity.
public struct Model: Sendable {
    /// The path that it was read from.
    public let path: String
    /// The file's name without its extension: `squeezenet`.
    public let name: String
    /// Of the file's bytes, followed by those of the files with its larger tensors, in the order of their names; for a
    /// package, of its model and then its weights; for a Caffe network, of its definition and then its weights.
    public let sha256: String
    public let byteCount: Int
    public let format: ModelFormat
    /// What the file states about itself.
    public let provenance: any ModelProvenance
    public private(set) var graph: Graph
    /// The declared types of the tensors between the nodes; empty if the format leaves them to the engine.
    public let floatTypes: [String: ElementType]

    /// The result of a format's reader.
    public struct Contents: Sendable {
        /// The bytes that identify the model.
        let bytes: [UInt8]
        let provenance: any ModelProvenance
        let graph: Graph
        let floatTypes: [String: ElementType]

        /// - Parameters:
        ///   - bytes: the bytes of the model's files, in the order that ``Model/sha256`` uses.
        ///   - floatTypes: the file's declared types of the tensors between the nodes.
        public init(
            bytes: [UInt8], provenance: any ModelProvenance, graph: Graph, floatTypes: [String: ElementType] = [:]
        ) {
            self.bytes = bytes
            self.provenance = provenance
            self.graph = graph
            self.floatTypes = floatTypes
        }
    }

    /// A model from a file or directory of any known format, recognised by its content or, if that is inconclusive, by
    /// its extension.
    ///
    /// - Parameters:
    ///   - followsPipes: whether to read a pipe instead of a file, for paths given by the user.
    ///   - formats: the known formats, the preferred first.
    /// - Throws: ``ModelError``; for a file of another kind, it says which kind, and what to do.
    public init(
        contentsOf path: String, followsPipes: Bool = true, formats: [ModelFormat] = ModelFormat.all
    ) throws(ModelError) {
        var isDirectory = ObjCBool(false)
        let format: ModelFormat
        let source: ModelSource
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
            format = try .ofDirectory(path, among: formats)
            source = ModelSource(path: path, bytes: [], followsPipes: false)
        } else {
            let isNamedAsDirectory = formats.contains { $0.isOfDirectories && $0.matchesExtension(of: path) }
            guard !isNamedAsDirectory || FileManager.default.fileExists(atPath: path) else {
                throw .unreadable(file: path, reason: "no such package")
            }
            let file = ModelSource(path: path, bytes: [], followsPipes: followsPipes)
            source = ModelSource(path: path, bytes: try file.read(path), followsPipes: followsPipes)
            format = try .ofFile(source.bytes, path: path, among: formats)
        }
        self.init(try format.read(source), of: format, path: path)
    }

    /// A package that is not on disk.
    ///
    /// - Parameter path: its name in errors, and later the model's path.
    /// - Throws: ``ModelError``.
    package init(_ package: CoreMLPackageContents, path: String) throws(ModelError) {
        let source = ModelSource(path: path, bytes: [], followsPipes: false)
        self.init(try Contents(package.read, name: source.name, path: path), of: .coreMLPackage, path: path)
    }

    private init(_ contents: Contents, of format: ModelFormat, path: String) {
        self.path = path
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        sha256 = sha256Hex(contents.bytes)
        byteCount = contents.bytes.count
        self.format = format
        provenance = contents.provenance
        graph = contents.graph
        floatTypes = contents.floatTypes
    }

    /// The same model with the given image layout for its inputs.
    public func declaring(_ order: ImageDeclaration.SpatialOrder, reason: String) -> Model {
        var model = self
        model.graph = graph.declaring(order, reason: reason)
        return model
    }

    /// The result of a closure; an error about the graph is prefixed with the file's name.
    ///
    /// - Throws: ``ModelError/badGraph(file:_:)`` for a `GraphError`, and any other error of the closure.
    package func namingFile<Result>(in body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as GraphError { throw ModelError.badGraph(file: path, error) }
    }
}
