import Foundation
import NetworkGraph
import Tensors

/// A network read from a file, with what identifies it.
public struct Model: Sendable {
    public enum Format: Sendable, Equatable {
        case onnx(ONNXProvenance)
        /// A .dat file of OpenFace, with its number of layers.
        case openFace(layers: Int)
    }

    /// The extensions of the files that are read.
    public static let fileExtensions = ["onnx", "dat"]

    /// Where it was read from.
    public let path: String
    /// The file's name without its extension: `pnet`.
    public let name: String
    /// Of the file's bytes.
    public let sha256: String
    public let byteCount: Int
    public let format: Format
    public let graph: Graph

    /// A model from a file of any format that is known, told by its extension: `.dat` is OpenFace's, any other ONNX.
    ///
    /// An OpenFace file's graph sums in the order of the ONNX models trained on transposed images
    /// (``OpenFaceModel/Orientation/columnMajor``), so that the float32 outputs of the same weights have the same
    /// bits.
    ///
    /// - Throws: ``ModelError``.
    public init(contentsOf path: String) throws(ModelError) {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw .unreadable(file: path, reason: exists ? "it is no file, or may not be read" : "no such file")
        }
        self.path = path
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        sha256 = sha256Hex(bytes)
        byteCount = bytes.count
        guard path.lowercased().hasSuffix(".dat") else {
            let onnx = try ONNXFile(bytes, file: path)
            format = .onnx(onnx.provenance)
            graph = onnx.graph
            return
        }
        do throws(OpenFaceError) {
            let openFace = try OpenFaceModel(bytes)
            format = .openFace(layers: openFace.layers.count)
            graph = try openFace.graph(.columnMajor, name: name)
        } catch {
            throw .badOpenFace(file: path, error)
        }
    }
}
