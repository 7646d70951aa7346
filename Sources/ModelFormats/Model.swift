import Foundation
import NetworkGraph
import Tensors

/// A network read from a file, with what identifies it.
public struct Model: Sendable {
    /// Where it was read from.
    public let path: String
    /// The file's name without its extension: `squeezenet`.
    public let name: String
    /// Of the file's bytes, and then of those of the files that hold its larger tensors, in the order of their names; of a
    /// package, of its model and then its weights; of a network of Caffe, of its definition and then its weights.
    public let sha256: String
    public let byteCount: Int
    public let format: ModelFormat
    /// What the file says of itself.
    public let provenance: any ModelProvenance
    public private(set) var graph: Graph
    /// The types that the tensors between the nodes are declared with; empty where the format leaves that to whoever
    /// computes it.
    public let floatTypes: [String: ElementType]

    /// What a format's reader gives.
    public struct Contents: Sendable {
        /// The bytes that identify the model.
        let bytes: [UInt8]
        let provenance: any ModelProvenance
        let graph: Graph
        let floatTypes: [String: ElementType]

        /// - Parameters:
        ///   - bytes: of the model's files, in the order in which ``Model/sha256`` takes them.
        ///   - floatTypes: the types that the file declares the tensors between the nodes with.
        public init(
            bytes: [UInt8], provenance: any ModelProvenance, graph: Graph, floatTypes: [String: ElementType] = [:]
        ) {
            self.bytes = bytes
            self.provenance = provenance
            self.graph = graph
            self.floatTypes = floatTypes
        }
    }

    /// A model from a file or directory of any format that is known, told by its content or, where that does not tell,
    /// by its extension.
    ///
    /// - Parameters:
    ///   - followsPipes: whether a pipe in place of a file is read, as one that a person names.
    ///   - formats: those that are known, the preferred first.
    /// - Throws: ``ModelError``; for a file of another kind it says of which, and what to do.
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
    /// - Parameter path: what it is called in errors, and after it the model.
    /// - Throws: ``ModelError``.
    public init(_ package: CoreMLPackageContents, path: String) throws(ModelError) {
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

    /// The same model, whose images lie in the inputs as said.
    public func declaring(_ order: ImageDeclaration.SpatialOrder, reason: String) -> Model {
        var model = self
        model.graph = graph.declaring(order, reason: reason)
        return model
    }

    /// What a closure gives, with the file's name in front of what it says of the graph.
    ///
    /// - Throws: ``ModelError/badGraph(file:_:)`` for a `GraphError`, and whatever else the closure throws.
    public func namingFile<Result>(in body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as GraphError { throw ModelError.badGraph(file: path, error) }
    }
}
