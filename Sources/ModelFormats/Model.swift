import Files
import Foundation
import NetworkGraph
import Tensors

/// A network read from a file, with what identifies it.
public struct Model: Sendable {
    public enum Format: Sendable, Equatable {
        case onnx(ONNXProvenance)
        /// A .dat file of OpenFace, with its number of layers.
        case openFace(layers: Int)
        case coreML(CoreMLProvenance)
        /// A neural network of layers, as Core ML has had before programs.
        case coreMLNetwork(CoreMLNetworkProvenance)
        case caffe(CaffeProvenance)
    }

    /// The extensions of the files that are read.
    public static let fileExtensions = ["onnx", "dat", "mlpackage", "mlmodel", "caffemodel"]

    /// Where it was read from.
    public let path: String
    /// The file's name without its extension: `squeezenet`.
    public let name: String
    /// Of the file's bytes, and then of those of the files that hold its larger tensors, in the order of their names; of a
    /// package, of its model and then its weights; of a network of Caffe, of its definition and then its weights.
    public let sha256: String
    public let byteCount: Int
    public let format: Format
    public private(set) var graph: Graph
    /// The types that the tensors between the nodes are declared with; empty where the format leaves that to whoever
    /// computes it.
    public let floatTypes: [String: ElementType]

    /// A model from a file of any format that is known, told by its content or, where that does not tell, by its
    /// extension: ONNX, OpenFace's .dat, a Core ML package, and Caffe's definition and weights, of which one is named and
    /// the other stands beside it under the same name.
    ///
    /// An OpenFace file's graph sums in the order of the ONNX models trained on transposed images
    /// (``OpenFaceModel/Orientation/columnMajor``), so that the float32 outputs of the same weights have the same
    /// bits.
    ///
    /// - Parameter followsPipes: whether a pipe in place of a file is read, as one that a person names.
    /// - Throws: ``ModelError``; for a file of another kind it says of which, and what to do.
    public init(contentsOf path: String, followsPipes: Bool = true) throws(ModelError) {
        var isDirectory = ObjCBool(false)
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        if exists && isDirectory.boolValue || !exists && path.lowercased().hasSuffix(".mlpackage") {
            try self.init(directory: path)
        } else {
            try self.init(file: path, followsPipes: followsPipes)
        }
    }

    private init(file path: String, followsPipes: Bool) throws(ModelError) {
        func read(_ file: String) throws(ModelError) -> [UInt8] {
            do { return try readFile(file, followsPipes: followsPipes) } catch { throw ModelError(error, file: file) }
        }
        let bytes = try read(path)
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let kind = FileKind(bytes, path: path)
        switch kind {
        case .onnx:
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let onnx = try ONNXFile(bytes, file: path, folder: folder)
            self.init(
                path: path, onnx.externalData.reduce(bytes, +), .onnx(onnx.provenance), onnx.graph)
        case .openFace:
            do throws(OpenFaceError) {
                let openFace = try OpenFaceModel(bytes)
                self.init(
                    path: path, bytes, .openFace(layers: openFace.layers.count),
                    try openFace.graph(.columnMajor, name: name))
            } catch {
                throw .badOpenFace(file: path, error)
            }
        case .caffeDefinition, .caffeWeights:
            let files = try CaffeFiles(path, isDefinition: kind == .caffeDefinition)
            let definition = kind == .caffeDefinition ? bytes : try read(files.definition)
            let weights = kind == .caffeWeights ? bytes : try read(files.weights)
            let network = try CaffeNetwork(
                definition: definition, weights: CaffeWeights(weights, file: files.weights), name: name,
                file: files.definition)
            self.init(path: path, definition + weights, .caffe(network.provenance), network.graph)
        case .coreMLSpecification:
            let network = try CoreMLNetwork(CoreMLModel(bytes, file: path), name: name, file: path)
            self.init(path: path, bytes, .coreMLNetwork(network.provenance), network.graph)
        case .foreign(let file):
            throw .unsupported(file: path, reason: file.words)
        case .unknown:
            throw .unsupported(
                file: path,
                reason: "this is no file of a kind that is known; models of ONNX, Core ML, Caffe and OpenFace are read")
        }
    }

    /// - Parameter bytes: of its files.
    private init(
        path: String, _ bytes: [UInt8], _ format: Format, _ graph: Graph, floatTypes: [String: ElementType] = [:]
    ) {
        self.path = path
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        sha256 = sha256Hex(bytes)
        byteCount = bytes.count
        self.format = format
        self.graph = graph
        self.floatTypes = floatTypes
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

    private init(directory path: String) throws(ModelError) {
        func holds(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }
        guard FileManager.default.fileExists(atPath: path) else {
            throw .unreadable(file: path, reason: "no such package")
        }
        guard holds("Manifest.json") || path.lowercased().hasSuffix(".mlpackage") else {
            if holds("saved_model.pb") { throw .unsupported(file: path, reason: ForeignFile.savedModel.words) }
            if holds("coremldata.bin") {
                throw .unsupported(
                    file: path,
                    reason: "this is a compiled Core ML model (.mlmodelc): name the package from which it was compiled")
            }
            throw .unreadable(file: path, reason: "it is a directory, and no Core ML package; name the model's file")
        }
        try self.init(PackageFiles(path), path: path)
    }

    /// A package that is not on disk.
    ///
    /// - Parameter path: what it is called in errors, and after it the model.
    /// - Throws: ``ModelError``.
    public init(_ contents: CoreMLPackageContents, path: String) throws(ModelError) {
        try self.init(contents.read, path: path)
    }

    private init(_ files: PackageFiles, path: String) throws(ModelError) {
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let model = try CoreMLModel(files.model, file: path)
        if CoreMLNetwork.isKind(of: model) {
            let network = try CoreMLNetwork(model, name: name, file: path)
            self.init(path: path, files.model, .coreMLNetwork(network.provenance), network.graph)
            return
        }
        let package = try CoreMLPackage(model, files, name: name, file: path)
        // The manifest's identifiers and paths change nothing that is computed.
        self.init(
            path: path, files.model + (files.weights ?? []), .coreML(package.provenance), package.graph,
            floatTypes: package.floatTypes)
    }
}
