import JSONTree
import SwiftProtobuf
import Tensors

/// The files of a Core ML package for a face network. The same network gives the same bytes.
public struct CoreMLPackageContents: Sendable {
    public enum Precision: String, Sendable, CaseIterable {
        case fp32
        case fp16
    }

    /// By their paths within the package.
    public let files: [String: [UInt8]]

    /// An ML Program of specification 7 (macOS 13, iOS 16) from one upright image [1, 3, height, width] to logits,
    /// boxes and landmarks, float32 or float16 throughout.
    ///
    /// - Parameters:
    ///   - network: its last layer gives 6 or 16 values: the logits for no face and a face, four box values, and ten
    ///     landmark values.
    ///   - name: the network's, for a person.
    ///   - shapes: heights and widths that a fully convolutional network takes, the default first; nil for any from
    ///     12 to 1000 pixels.
    ///   - sourceSHA256: of the file that the network was read from.
    /// - Throws: ``PackageWritingError``.
    public init(
        _ network: OpenFaceModel, name: String, precision: Precision, shapes: [(height: Int, width: Int)]? = nil,
        sourceSHA256: String
    ) throws(PackageWritingError) {
        var builder = ProgramBuilder(precision: precision)
        let program = try builder.program(of: network, shapes: shapes)
        let model = CoreMLModel.with {
            $0.specificationVersion = 7
            $0.mlProgram = program.program
            $0.description_p = .with {
                $0.input = [program.input]
                $0.output = program.outputs
                $0.metadata = .with {
                    $0.shortDescription = "\(name): a face network of MTCNN, \(precision.rawValue)"
                    $0.author = "mtcnn-validate"
                    $0.userDefined = ["source_sha256": sourceSHA256, "precision": precision.rawValue]
                }
            }
        }
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        do {
            let bytes: [UInt8] = try model.serializedBytes(options: options)
            let weights = builder.weights.bytes
            files = [
                "Manifest.json": Array(try Self.manifest(model: bytes, weights: weights).text().utf8),
                "Data/com.apple.CoreML/model.mlmodel": bytes,
                "Data/com.apple.CoreML/\(PackageFiles.weightsPath)": weights,
            ]
        } catch {
            throw PackageWritingError("it cannot be encoded: \(error)")
        }
    }

    private static func manifest(model: [UInt8], weights: [UInt8]) -> JSON {
        func item(_ name: String, _ description: String, _ path: String) -> JSON {
            .object([
                .init("author", .string("com.apple.CoreML")), .init("description", .string(description)),
                .init("name", .string(name)), .init("path", .string("com.apple.CoreML/\(path)")),
            ])
        }
        return .object([
            .init("fileFormatVersion", .string("1.0.0")),
            .init(
                "itemInfoEntries",
                .object([
                    .init(identifier(weights), item("weights", "CoreML Model Weights", "weights")),
                    .init(identifier(model), item("model.mlmodel", "CoreML Model Specification", "model.mlmodel")),
                ])),
            .init("rootModelIdentifier", .string(identifier(model))),
        ])
    }

    /// A UUID that only the content decides.
    private static func identifier(_ bytes: [UInt8]) -> String {
        var digits = Array(sha256Hex(bytes).prefix(32))
        for position in [20, 16, 12, 8] { digits.insert("-", at: position) }
        return String(digits)
    }
}

/// Why a network cannot be written as a package.
public struct PackageWritingError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
