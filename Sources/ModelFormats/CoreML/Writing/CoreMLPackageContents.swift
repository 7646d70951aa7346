import JSONTree
import NetworkGraph
import SwiftProtobuf
import Tensors

/// The files of a Core ML package. The same network always gives the same bytes.
package struct CoreMLPackageContents: Sendable {
    package enum Precision: String, Sendable, CaseIterable {
        case fp32
        case fp16
    }

    private static let modelPath = "\(PackageFiles.folder)/model.mlmodel"
    private static let weightsPath = "\(PackageFiles.folder)/\(PackageFiles.weightsPath)"

    /// Keyed by their paths within the package.
    package let files: [String: [UInt8]]
    /// The package's names for the inputs and outputs of its source graph; empty for a face network.
    package let names: [String: String]

    /// An ML Program of specification 7 (macOS 13, iOS 16) from one upright image [1, 3, height, width] to logits,
    /// boxes and landmarks, float32 or float16 throughout.
    ///
    /// - Parameters:
    ///   - network: its last layer gives 6 or 16 values: the logits for no face and a face, four box values, and ten
    ///     landmark values.
    ///   - name: the network's name, for readers.
    ///   - shapes: the permitted heights and widths for a fully convolutional network, the default first; nil for any
    ///     from 12 to 1000 pixels.
    ///   - sourceSHA256: the SHA-256 of the network's source file.
    /// - Throws: ``PackageWritingError``.
    package init(
        _ network: OpenFaceModel, name: String, precision: Precision, shapes: [(height: Int, width: Int)]? = nil,
        sourceSHA256: String
    ) throws(PackageWritingError) {
        var builder = FaceProgramBuilder(precision: precision)
        let program = try builder.program(of: network, shapes: shapes)
        files = try Self.files(
            program.program, program.weights, inputs: [program.input], outputs: program.outputs,
            description: "\(name): a face network of MTCNN, \(precision.rawValue)",
            metadata: ["source_sha256": sourceSHA256, "precision": precision.rawValue])
        names = [:]
    }

    /// An ML Program of specification 7 (macOS 13, iOS 16) of a graph, operator by operator, for inputs of fixed shapes.
    ///
    /// Tensors keep the graph's names, with underscores for characters that a program does not allow.
    ///
    /// - Parameters:
    ///   - graph: without nodes that depend only on constants.
    ///   - shapes: the inputs' shapes; those with fixed extents may be omitted.
    ///   - name: the network's name, for readers.
    ///   - sourceSHA256: the SHA-256 of the network's source file.
    /// - Throws: ``PackageWritingError`` at the first node without a counterpart in Core ML;
    ///   ``NetworkGraph/GraphError`` for shapes that do not fit.
    package init(
        _ graph: Graph, shapes: [String: Shape], form: PackageForm, name: String, sourceSHA256: String
    ) throws {
        var writer = OperationWriter(graph, types: try graph.tensorTypes(for: shapes), form: form)
        let (inputs, outputs) = try writer.write()
        func feature(_ name: String, _ type: ProgramType) -> CoreMLFeatureDescription {
            .with {
                $0.name = name
                $0.type.multiArrayType = .with {
                    $0.dataType = type.element.featureCode ?? 0
                    $0.shape = type.dimensions.compactMap { $0.map { Int64($0) } }
                }
            }
        }
        var metadata = ["source_sha256": sourceSHA256, "precision": form.precision.rawValue]
        if !form.float32Tensors.isEmpty { metadata["float32"] = form.float32Tensors.sorted().joined(separator: ", ") }
        files = try Self.files(
            writer.written.program(inputs, outputs: outputs.map(\.name)), writer.written.weights,
            inputs: inputs.map { feature($0.name, $0.type) }, outputs: outputs.map { feature($0.name, $0.type) },
            description: "\(name), \(form.precision.rawValue)", metadata: metadata)
        let own = zip(graph.inputs.map(\.name) + graph.outputs.withoutRepeats, (inputs + outputs).map(\.name))
        names = Dictionary(own.map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    }

    private static func files(
        _ program: CoreMLProgram, _ weights: WeightFileBuilder, inputs: [CoreMLFeatureDescription],
        outputs: [CoreMLFeatureDescription], description: String, metadata: [String: String]
    ) throws(PackageWritingError) -> [String: [UInt8]] {
        let model = CoreMLModel.with {
            $0.specificationVersion = ProgramOperations.specificationVersion
            $0.mlProgram = program
            $0.description_p = .with {
                $0.input = inputs
                $0.output = outputs
                $0.metadata = .with {
                    $0.shortDescription = description
                    $0.author = "mtcnn-validate"
                    $0.userDefined = metadata
                }
            }
        }
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        do {
            let bytes: [UInt8] = try model.serializedBytes(options: options)
            return [
                "Manifest.json": Array(try Self.manifest(model: bytes, weights: weights.bytes).text().utf8),
                Self.modelPath: bytes, Self.weightsPath: weights.bytes,
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

    /// A UUID derived only from the content.
    private static func identifier(_ bytes: [UInt8]) -> String {
        var digits = Array(sha256Hex(bytes).prefix(32))
        for position in [20, 16, 12, 8] { digits.insert("-", at: position) }
        return String(digits)
    }
}

/// Why a network cannot be written as a package.
package struct PackageWritingError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension CoreMLPackageContents {
    /// The files that a reader of the package needs.
    var read: PackageFiles {
        PackageFiles(model: files[Self.modelPath] ?? [], weights: files[Self.weightsPath])
    }
}
