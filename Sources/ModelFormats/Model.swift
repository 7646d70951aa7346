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
        case caffe(CaffeProvenance)
    }

    /// The extensions of the files that are read.
    public static let fileExtensions = ["onnx", "dat", "mlpackage", "caffemodel"]

    /// Where it was read from.
    public let path: String
    /// The file's name without its extension: `pnet`.
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

    /// A model from a file of any format that is known, told by its extension: `.dat` is OpenFace's, `.mlpackage` Core
    /// ML's, `.prototxt` and `.caffemodel` Caffe's, any other ONNX. Of Caffe's two files one is named, and the other
    /// stands beside it under the same name.
    ///
    /// An OpenFace file's graph sums in the order of the ONNX models trained on transposed images
    /// (``OpenFaceModel/Orientation/columnMajor``), so that the float32 outputs of the same weights have the same
    /// bits.
    ///
    /// - Parameter followsPipes: whether a pipe in place of a file is read, as one that a person names.
    /// - Throws: ``ModelError``.
    public init(contentsOf path: String, followsPipes: Bool = true) throws(ModelError) {
        if path.lowercased().hasSuffix(".mlpackage") {
            try self.init(package: path)
        } else if CaffeFiles.extensions.contains(URL(fileURLWithPath: path).pathExtension.lowercased()) {
            try self.init(caffe: path, followsPipes: followsPipes)
        } else {
            try self.init(file: path, followsPipes: followsPipes)
        }
    }

    private init(file path: String, followsPipes: Bool) throws(ModelError) {
        let bytes: [UInt8]
        do { bytes = try readFile(path, followsPipes: followsPipes) } catch { throw ModelError(error, file: path) }
        self.path = path
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        floatTypes = [:]
        guard path.lowercased().hasSuffix(".dat") else {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let onnx = try ONNXFile(bytes, file: path, folder: folder)
            format = .onnx(onnx.provenance)
            graph = onnx.graph
            let parts = [bytes] + onnx.externalData
            sha256 = sha256Hex(parts.count == 1 ? bytes : Array(parts.joined()))
            byteCount = parts.reduce(0) { $0 + $1.count }
            return
        }
        sha256 = sha256Hex(bytes)
        byteCount = bytes.count
        do throws(OpenFaceError) {
            let openFace = try OpenFaceModel(bytes)
            format = .openFace(layers: openFace.layers.count)
            graph = try openFace.graph(.columnMajor, name: name)
        } catch {
            throw .badOpenFace(file: path, error)
        }
    }

    /// What a closure gives, with the file's name in front of what it says of the graph.
    ///
    /// - Throws: ``ModelError/badGraph(file:_:)`` for a `GraphError`, and whatever else the closure throws.
    public func namingFile<Result>(in body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as GraphError { throw ModelError.badGraph(file: path, error) }
    }

    /// The same model, with its images declared anew.
    public func declaring(_ images: ImageDeclaration) -> Model {
        var model = self
        model.graph = graph.declaring(images)
        return model
    }

    private init(caffe path: String, followsPipes: Bool) throws(ModelError) {
        let files = try CaffeFiles(path)
        func bytes(_ file: String) throws(ModelError) -> [UInt8] {
            do { return try readFile(file, followsPipes: followsPipes) } catch { throw ModelError(error, file: file) }
        }
        let definition = try bytes(files.definition)
        let weights = try bytes(files.weights)
        self.path = path
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let network = try CaffeNetwork(
            definition: definition, weights: CaffeWeights(weights, file: files.weights), name: name,
            file: files.definition)
        sha256 = sha256Hex(definition + weights)
        byteCount = definition.count + weights.count
        format = .caffe(network.provenance)
        graph = network.graph
        floatTypes = [:]
    }

    private init(package path: String) throws(ModelError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .unreadable(file: path, reason: "no such package")
        }
        let files = try PackageFiles(path)
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        self.path = path
        let package = try CoreMLPackage(files, name: name, file: path)
        // The manifest's identifiers and paths change nothing that is computed.
        sha256 = sha256Hex(files.model + (files.weights ?? []))
        byteCount = files.model.count + (files.weights?.count ?? 0)
        format = .coreML(package.provenance)
        graph = package.graph
        floatTypes = package.floatTypes
    }
}
