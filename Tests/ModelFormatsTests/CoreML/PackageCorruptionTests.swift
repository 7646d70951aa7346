import Foundation
import SwiftProtobuf
import TestSupport
import Tensors
import Testing

@testable import ModelFormats

/// A good package with one thing wrong: each is refused, with a message that names the part.
@Suite struct PackageCorruptionTests {
    /// What is changed, and a part of the message.
    struct Corruption: Sendable, CustomTestStringConvertible {
        let name: String
        let message: String
        let change: @Sendable (inout Package) -> Void
        var testDescription: String { name }
    }

    /// A package taken apart.
    struct Package {
        var manifest: String
        var model: CoreMLModel
        /// In place of the model, if given.
        var modelBytes: [UInt8]?
        var weights: [UInt8]?

        var block: CoreMLBlock {
            get { model.mlProgram.functions["main"]?.blockSpecializations["CoreML6"] ?? CoreMLBlock() }
            set { model.mlProgram.functions["main"]?.blockSpecializations["CoreML6"] = newValue }
        }

        /// The operation that gives a tensor.
        mutating func change(_ output: String, _ change: (inout CoreMLOperation) -> Void) {
            guard let index = block.operations.firstIndex(where: { $0.outputs[0].name == output }) else {
                Issue.record("no operation gives \(output)")
                return
            }
            change(&block.operations[index])
        }

        mutating func setWeights(_ offset: Int, _ bytes: [UInt8]) {
            weights?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }

        mutating func changeInput(_ change: (inout CoreMLArrayFeatureType) -> Void) {
            change(&model.description_p.input[0].type.multiArrayType)
        }
    }

    static let corruptions: [Corruption] = [
        .init(name: "manifest that is no JSON", message: "manifest") { $0.manifest = "{" },
        .init(name: "manifest cut", message: "manifest") { $0.manifest = String($0.manifest.prefix(200)) },
        .init(name: "manifest of another version", message: "fileFormatVersion") {
            $0.manifest = $0.manifest.replacing("\"1.0.0\"", with: "\"2.0.0\"")
        },
        .init(name: "no root model", message: "root") {
            $0.manifest = $0.manifest.replacing("rootModelIdentifier", with: "rootIdentifier")
        },
        .init(name: "root that is no item", message: "root model is not among the items") {
            $0.manifest = $0.manifest.replacing(/"rootModelIdentifier": "./, with: "\"rootModelIdentifier\": \"x")
        },
        .init(name: "item without author", message: "author") {
            $0.manifest = $0.manifest.replacing("\"author\"", with: "\"writer\"")
        },
        .init(name: "path that leaves the package", message: "leaves the package") {
            $0.manifest = $0.manifest.replacing("com.apple.CoreML/model", with: "../../model")
        },
        .init(name: "absolute path", message: "leaves the package") {
            $0.manifest = $0.manifest.replacing("com.apple.CoreML/model", with: "/com.apple.CoreML/model")
        },
        .init(name: "path to nothing", message: "there is no file") {
            $0.manifest = $0.manifest.replacing("model.mlmodel\"\n", with: "other.mlmodel\"\n")
                .replacing("CoreML/model.mlmodel", with: "CoreML/other.mlmodel")
        },
        .init(
            name: "no weights item",
            message: "has the path \"com.apple.CoreML/model.mlmodel\", where \"com.apple.CoreML/weights\" is right"
        ) {
            $0.manifest = $0.manifest.replacing("com.apple.CoreML/weights", with: "com.apple.CoreML/model.mlmodel")
        },
        .init(name: "weights item of another name and path", message: "the manifest has no item for it") {
            $0.manifest = $0.manifest.replacing("com.apple.CoreML/weights", with: "com.apple.CoreML/other")
                .replacing("\"weights\"", with: "\"more\"")
        },
        .init(name: "NUL in a path", message: "NUL") {
            $0.manifest = $0.manifest.replacing("CoreML/model.mlmodel", with: "CoreML/model.mlmodel\\u0000.txt")
        },
        .init(name: "no weight file", message: "there is no file") { $0.weights = nil },
        .init(name: "model that is no message", message: "specification") { $0.modelBytes = [0xFF, 0xFF, 0xFF] },
        .init(name: "empty model", message: "no ML Program") { $0.modelBytes = [] },
        .init(name: "model cut", message: "specification") {
            $0.modelBytes = (try? $0.model.serializedBytes()).map { (bytes: [UInt8]) in Array(bytes.dropLast(99)) }
        },
        .init(name: "weights empty", message: "weight file") { $0.weights = [] },
        .init(name: "weights cut", message: "more than the file holds") { $0.weights?.removeLast(5) },
        .init(name: "weights with more behind", message: "weight file") {
            $0.weights?.append(contentsOf: [UInt8](repeating: 0, count: 200))
        },
        .init(name: "weights of another version", message: "version 1") { $0.setWeights(4, [1]) },
        .init(name: "one blob too many announced", message: "announces") { $0.setWeights(0, [99]) },
        .init(name: "no sentinel", message: "sentinel") { $0.setWeights(64, [0]) },
        .init(name: "unknown element type of a blob", message: "element type 99") { $0.setWeights(68, [99]) },
        .init(name: "blob of another element type", message: "the program says") { $0.setWeights(68, [1]) },
        .init(name: "blob with more than the file holds", message: "more than the file") {
            $0.setWeights(72, [0, 0, 0, 0, 0, 0, 0, 0x7F])
        },
        .init(name: "empty blob", message: "or none") { $0.setWeights(72, [UInt8](repeating: 0, count: 8)) },
        .init(name: "blob shorter than the program says", message: "weight file") { $0.setWeights(72, [8, 4]) },
        .init(name: "shifted data", message: "right after") { $0.setWeights(80, [132]) },
        .init(name: "data before the blob", message: "right after") { $0.setWeights(80, [0]) },
        .init(name: "offset that is no blob's", message: "no blob at") {
            $0.change("conv1_weight") { $0.attributes["val"]?.blobFileValue.offset = 65 }
        },
        .init(name: "offset beyond the file", message: "no blob at") {
            $0.change("conv1_weight") { $0.attributes["val"]?.blobFileValue.offset = 1 << 60 }
        },
        .init(name: "another weight file", message: "not in the weight file") {
            $0.change("conv1_weight") { $0.attributes["val"]?.blobFileValue.fileName = "/etc/passwd" }
        },
        .init(name: "another blob's offset", message: "conv1_weight") {
            $0.change("conv1_weight") { $0.attributes["val"]?.blobFileValue.offset = 1216 }
        },
        .init(name: "specification older than its operations", message: "specification version 6") {
            $0.model.specificationVersion = 6
        },
        .init(name: "unknown specification", message: "specification version 99") {
            $0.model.specificationVersion = 99
        },
        .init(name: "unknown operations", message: "\"CoreML77\"") {
            $0.model.mlProgram.functions["main"]?.opset = "CoreML77"
        },
        .init(name: "no block for the operations", message: "no block") {
            $0.model.mlProgram.functions["main"]?.opset = "CoreML5"
        },
        .init(name: "no main", message: "main") {
            $0.model.mlProgram.functions["other"] = $0.model.mlProgram.functions.removeValue(forKey: "main")
        },
        .init(name: "program of another version", message: "version 7") { $0.model.mlProgram.version = 7 },
        .init(name: "no program", message: "no ML Program") { $0.model.type = nil },
        .init(name: "input of another name in the description", message: "description: inputs") {
            $0.model.description_p.input[0].name = "image"
        },
        .init(name: "no input in the description", message: "description: inputs") {
            $0.model.description_p.input = []
        },
        .init(name: "input twice in the description", message: "description: inputs") {
            $0.model.description_p.input.append($0.model.description_p.input[0])
        },
        .init(name: "input of another type in the description", message: "element type 65552") {
            $0.changeInput { $0.dataType = 65552 }
        },
        .init(name: "input of another rank in the description", message: "shape [1, 3, 240]") {
            $0.changeInput { $0.shape.removeLast() }
        },
        .init(name: "input of another extent in the description", message: "shape [1, 4") {
            $0.changeInput { $0.shape[1] = 4 }
        },
        .init(name: "input that is no array", message: "no multi-array") {
            $0.model.description_p.input[0].clearType()
        },
        .init(name: "inverted range", message: "range 1000 to 12") {
            $0.changeInput {
                $0.shapeRange.sizeRanges[2] = .with {
                    $0.lowerBound = 1000; $0.upperBound = 12
                }
            }
        },
        .init(name: "range without its default", message: "for default") {
            $0.changeInput {
                $0.shapeRange.sizeRanges[2] = .with {
                    $0.lowerBound = 12; $0.upperBound = 100
                }
            }
        },
        .init(name: "range from 0", message: "range 0") {
            $0.changeInput { $0.shapeRange.sizeRanges[2].lowerBound = 0 }
        },
        .init(name: "range along a fixed axis", message: "fixed in the program") {
            $0.changeInput { $0.shapeRange.sizeRanges[1].upperBound = 4 }
        },
        .init(name: "too few ranges", message: "3 ranges") {
            $0.changeInput { $0.shapeRange.sizeRanges.removeLast() }
        },
        .init(name: "enumerated shape that no tensor can have", message: "no tensor can have") {
            $0.changeInput { input in
                input.enumeratedShapes.shapes = [
                    .with { $0.shape = input.shape }, .with { $0.shape = [1, 3, 1 << 62, 1 << 62] },
                ]
            }
        },
        .init(name: "axis of two numbers", message: "2 values, where one is right") {
            $0.change("conv1") { $0.inputs["groups"] = $0.inputs["strides"] }
        },
        .init(name: "no range for an open input", message: "neither a range nor shapes") {
            $0.changeInput { $0.shapeFlexibility = nil }
        },
        .init(name: "output of another name in the description", message: "description: outputs") {
            $0.model.description_p.output[0].name = "out"
        },
        .init(name: "output left out of the description", message: "description: outputs") {
            $0.model.description_p.output.removeLast()
        },
        .init(name: "output of another type in the description", message: "element type 65552") {
            $0.model.description_p.output[0].type.multiArrayType.dataType = 65552
        },
        .init(name: "output of another shape in the description", message: "shape [9]") {
            $0.model.description_p.output[0].type.multiArrayType.shape = [9]
        },
        .init(name: "output that nothing defines", message: "outputs") { $0.block.outputs[0] = "nothing" },
        .init(name: "constant of another type than its value", message: "its value has type") {
            $0.change("conv1_strides") { $0.outputs[0].type = ProgramType(.int32, [3]).proto }
        },
        .init(name: "constant without a value", message: "conv1_strides") {
            $0.change("conv1_strides") { $0.attributes["val"] = nil }
        },
        .init(name: "constant with too few values", message: "1 values for type") {
            $0.change("conv1_strides") { $0.attributes["val"]?.immediateValue.tensor.ints.values = [1] }
        },
        .init(name: "constant of the wrong kind", message: "conv1_strides") {
            $0.change("conv1_strides") { $0.attributes["val"]?.immediateValue.tensor.bools.values = [true, true] }
        },
        .init(name: "operation without a name", message: "attribute \"name\"") {
            $0.change("conv1") { $0.attributes["name"] = nil }
        },
        .init(name: "unknown operation", message: "conv_quantized") {
            $0.change("conv1") { $0.type = "conv_quantized" }
        },
        .init(name: "operation without outputs", message: "0 outputs") { $0.change("conv1") { $0.outputs = [] } },
        .init(name: "operation that misses an input", message: "no input \"x\"") {
            $0.change("conv1") { $0.inputs["x"] = nil }
        },
        .init(name: "operation with an unknown input", message: "\"colour\"") {
            $0.change("conv1") { $0.inputs["colour"] = $0.inputs["x"] }
        },
        .init(name: "operation that takes what is not defined", message: "not defined before it") {
            $0.change("conv1") { $0.inputs["x"]?.arguments[0].name = "nothing" }
        },
        .init(name: "operation that takes its own output", message: "not defined before it") {
            $0.change("conv1") { $0.inputs["x"]?.arguments[0].name = "conv1" }
        },
        .init(name: "operation before what it takes", message: "not defined before it") {
            let last = $0.block.operations.removeLast()
            $0.block.operations.insert(last, at: 0)
        },
        .init(name: "tensor defined twice", message: "defined twice") {
            $0.block.operations.append($0.block.operations[0])
        },
        .init(name: "declared shape that does not follow", message: "declared as") {
            $0.change("conv1") { $0.outputs[0].type = ProgramType(.float32, [1, 11, nil, nil]).proto }
        },
        .init(name: "declared rank that does not follow", message: "declared as") {
            $0.change("conv1") { $0.outputs[0].type = ProgramType(.float32, [1, 10, nil]).proto }
        },
        .init(name: "declared element type that does not follow", message: "one is needed") {
            $0.change("conv1") { $0.outputs[0].type = ProgramType(.float16, [1, 10, nil, nil]).proto }
        },
        .init(name: "type with a rank that is not its dimensions'", message: "rank 9") {
            $0.change("conv1") { $0.outputs[0].type.tensorType.rank = 9 }
        },
        .init(name: "unknown element type", message: "element type 77") {
            $0.change("conv1") { $0.outputs[0].type.tensorType.dataType = 77 }
        },
        .init(name: "unknown padding", message: "pad_type \"reflect\"") {
            $0.change("conv1_pad_type") { $0.attributes["val"]?.immediateValue.tensor.strings.values = ["reflect"] }
        },
        .init(name: "strides of 0", message: "strides") {
            $0.change("conv1_strides") { $0.attributes["val"]?.immediateValue.tensor.ints.values = [0, 1] }
        },
        .init(name: "parameter that is not a constant", message: "not a constant") {
            $0.change("conv2") { $0.inputs["strides"] = $0.inputs["x"] }
        },
    ]

    private static func good() throws -> Package {
        let model = try Model(contentsOf: fixtures.appendingPathComponent("models/pnet.onnx").path)
        let contents = try CoreMLPackageContents(
            OpenFaceModel(graph: model.graph), name: "pnet", precision: .fp32, sourceSHA256: model.sha256)
        func file(_ name: String) throws -> [UInt8] { try #require(contents.files[name]) }
        return Package(
            manifest: String(decoding: try file("Manifest.json"), as: UTF8.self),
            model: try CoreMLModel(serializedBytes: file("Data/com.apple.CoreML/model.mlmodel")), modelBytes: nil,
            weights: try file("Data/com.apple.CoreML/weights/weight.bin"))
    }

    private func read(_ package: Package, in directory: String) throws {
        let data = "\(directory)/pnet.mlpackage/Data/com.apple.CoreML"
        try FileManager.default.createDirectory(atPath: "\(data)/weights", withIntermediateDirectories: true)
        func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
        try write(Array(package.manifest.utf8), "\(directory)/pnet.mlpackage/Manifest.json")
        let model: [UInt8] = try package.model.serializedBytes()
        try write(package.modelBytes ?? model, "\(data)/model.mlmodel")
        if let weights = package.weights { try write(weights, "\(data)/weights/weight.bin") }
        _ = try Model(contentsOf: "\(directory)/pnet.mlpackage")
    }

    @Test("The package as it is written is read")
    func unchanged() throws {
        try withTemporaryDirectory { try read(Self.good(), in: $0) }
        #expect(Self.corruptions.count >= 54)
        #expect(Set(Self.corruptions.map(\.name)).count == Self.corruptions.count)
    }

    @Test("Every corruption is refused, with a message that names the part", arguments: corruptions)
    func refused(_ corruption: Corruption) throws {
        try withTemporaryDirectory { directory in
            var package = try Self.good()
            corruption.change(&package)
            do {
                try read(package, in: directory)
                Issue.record("it was read")
            } catch let error as ModelError {
                #expect(error.description.contains(corruption.message), "\(error)")
            }
        }
    }

    @Test("Any byte of the model or the weights changed, nothing crashes")
    func randomBytes() throws {
        let good = try Self.good()
        let model: [UInt8] = try good.model.serializedBytes()
        var random = RandomNumbers(seed: 17)
        for _ in 0..<60 {
            try withTemporaryDirectory { directory in
                var package = good
                var bytes = model
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                package.modelBytes = bytes
                do { try read(package, in: directory) } catch is ModelError {}
            }
        }
    }
}
