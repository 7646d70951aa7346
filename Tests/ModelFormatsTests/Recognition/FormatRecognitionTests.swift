import Foundation
import TestSupport
import Testing

@testable import ModelFormats

/// Files are known by what they hold, whatever they are called.
@Suite struct FormatRecognitionTests {
    struct Foreign: CustomTestStringConvertible {
        let bytes: [UInt8]
        let words: String
        let advice: String
        var testDescription: String { words }

        init(_ text: String, _ words: String, _ advice: String) { self.init(Array(text.utf8), words, advice) }
        init(_ bytes: [UInt8], _ words: String, _ advice: String) {
            (self.bytes, self.words, self.advice) = (bytes, words, advice)
        }

        private static func archive(_ name: String) -> [UInt8] {
            Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 26) + Array(name.utf8)
        }

        static let all = [
            Foreign("", "the file is empty", "download it again"),
            Foreign([UInt8](repeating: 0, count: 4096), "nothing but zeros", "download it again"),
            Foreign(
                "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 28795\n", "Git LFS pointer",
                "git lfs pull"),
            Foreign("/annex/objects/SHA256E-s28795--00.onnx\n", "git-annex pointer", "git annex get"),
            Foreign("\n<!DOCTYPE html>\n<html><body>Not found</body></html>", "web page", "raw link"),
            Foreign("<?xml version=\"1.0\"?>\n<html></html>", "web page", "raw link"),
            Foreign("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>", "XML document", "download"),
            Foreign("<?xml version=\"1.0\"?>\n<net name=\"n\" version=\"11\">", "OpenVINO", "adapter for OpenVINO"),
            Foreign("{\"message\": \"Not Found\"}", "JSON document", "download"),
            Foreign("{\"nodes\": [], \"arg_nodes\": []}", "MXNet", "export it to ONNX"),
            Foreign("[net]\nbatch=1\n", "Darknet", "convert it"),
            Foreign("just words", "a text", "not a model"),
            Foreign("7767517\n2 2\nInput data 0 1 data\n", "ncnn", "adapter for ncnn"),
            Foreign([0xdd, 0x85, 0x76, 0, 2, 0, 0, 0], "ncnn", "adapter for ncnn"),
            Foreign([0x1c, 0, 0, 0] + Array("TFL3".utf8) + [0, 0], "TensorFlow Lite", "adapter for LiteRT"),
            Foreign(archive("archive/data.pkl"), "weights of PyTorch", "torch.onnx.export"),
            Foreign(archive("net/constants.pkl"), "TorchScript", "torch.onnx.export"),
            Foreign(
                archive("pnet.mlpackage/Data/com.apple.CoreML/model.mlmodel"), "zipped Core ML package", "unzip it"),
            Foreign(archive("model.weights.h5"), "Keras", "tf2onnx"),
            Foreign(archive("x.npy"), "arrays of NumPy", "--input"),
            Foreign(archive("pnet.onnx"), "zip archive", "unzip it"),
            Foreign([0x80, 2, 0x8a, 0x0a], "pickle", "torch.onnx.export"),
            Foreign([0x80, 4, 0x95, 1, 0, 0, 0], "pickle", "torch.onnx.export"),
            Foreign([0x89] + Array("HDF\r\n\u{1A}\n".utf8), "HDF5", "captures"),
            Foreign([0x93] + Array("NUMPY\u{1}".utf8), "arrays of NumPy", "--input"),
            Foreign([64, 0, 0, 0, 0, 0, 0, 0] + Array("{\"w\":{}}".utf8), "safetensors", "torch.onnx.export"),
            Foreign("GGUF\u{3}", "GGUF", "not a supported network"),
            Foreign([0x1f, 0x8b, 8], "gzip", "gunzip"),
            Foreign("BZh91AY", "bzip2", "bunzip2"),
            Foreign([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz", "unxz"),
            Foreign([UInt8](repeating: 0x61, count: 257) + Array("ustar\0".utf8), "tar archive", "tar xf"),
            Foreign([0xff, 0xd8, 0xff, 0xe0], "image", "not a model"),
            // A node "x" of operator "Placeholder".
            Foreign(
                [0x0a, 16, 0x0a, 1] + Array("x".utf8) + [0x12, 11] + Array("Placeholder".utf8), "TensorFlow", "tf2onnx"),
            Foreign([8, 1, 0x12, 2, 0x0a, 0], "SavedModel", "tf2onnx"),
            Foreign(
                [0xfe, 0xfd, 0xfc], "the kind of this file is unknown",
                "ONNX, OpenFace .dat, Core ML package, Core ML neural network and Caffe"),
        ]
    }

    @Test("A file of another kind is named, with what to do, under whatever name", arguments: Foreign.all)
    func foreign(file: Foreign) throws {
        try withTemporaryDirectory { directory in
            for name in ["model.onnx", "model.dat", "model"] where name == "model" || !file.words.contains("kind") {
                let path = "\(directory)/\(name)"
                try Data(file.bytes).write(to: URL(fileURLWithPath: path))
                let error = #expect(throws: ModelError.self) { try Model(contentsOf: path) }
                let words = error.map { "\($0)" } ?? ""
                // A text, or bytes of no known kind, may be a part of what the extension says.
                guard name == "model" || file.words != "a text" else { continue }
                #expect(words.contains(file.words) && words.contains(file.advice), "\(words)")
                #expect(words.hasPrefix(path))
            }
        }
    }

    @Test("A model is read under any name", arguments: ["model.bin", "MODEL.ONNX", "model"])
    func anyName(name: String) throws {
        try withTemporaryDirectory { directory in
            func copy(_ file: String, _ name: String) throws -> String {
                let path = "\(directory)/\(name)"
                try FileManager.default.copyItem(atPath: fixtures.appendingPathComponent(file).path, toPath: path)
                return path
            }
            #expect(try Model(contentsOf: copy("models/pnet.onnx", name)).format == .onnx)
            let dat = "\(directory)/other\(name)"
            let bytes = try OpenFaceModel(graph: Model(contentsOf: "\(directory)/\(name)").graph).bytes
            try Data(bytes).write(to: URL(fileURLWithPath: dat))
            #expect(try Model(contentsOf: dat).format == .openFace)
        }
    }

    @Test("The three networks are found in a directory whatever the case of their names")
    func letterCase() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("models/pnet.onnx").path, toPath: "\(directory)/PNet.ONNX")
            for name in ["pnet", "PNet", "PNET"] {
                #expect(try Model(named: name, in: directory).name == "PNet")
            }
        }
    }

    @Test("The error for a directory that is not a package says what it is")
    func directories() throws {
        try withTemporaryDirectory { directory in
            for (file, words) in [
                ("saved_model.pb", "tf2onnx"), ("coremldata.bin", "compiled"), ("other", "name the model's file"),
            ] {
                let path = "\(directory)/\(file).dir"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try Data([1]).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
                let error = #expect(throws: ModelError.self) { try Model(contentsOf: path) }
                #expect(error.map { "\($0)" }?.contains(words) == true, "\(error as Any)")
            }
        }
    }
}
