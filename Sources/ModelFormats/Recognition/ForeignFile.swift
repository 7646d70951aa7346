/// A file that is recognised, but is not a supported model.
enum ForeignFile: CaseIterable {
    // Substitutes for a file
    case empty, zeros, lfsPointer, annexPointer, webPage, json, xml, text
    // Archives
    case zippedPackage, zip, gzip, bzip2, xz, zstandard, sevenZip, tar
    // Other programs' networks
    case torchArchive, torchScript, torchExport, pickle, liteRT, ncnn, openVINO, hdf5, kerasArchive
    case tensorFlowGraph, savedModel, mxnet, darknet, safetensors, gguf, onnxText, mnn
    // Inputs or outputs of networks
    case npz, npy, image

    init?(_ bytes: [UInt8]) {
        guard let kind = Self.ofMark(bytes) ?? Self.ofText(bytes) ?? Self.ofMessage(bytes) else { return nil }
        self = kind
    }

    /// What it is, and what to do.
    var words: String {
        switch self {
        case .empty: "the file is empty: copy or download it again"
        case .zeros: "the file holds nothing but zeros: copy or download it again"
        case .lfsPointer:
            "this is a Git LFS pointer, which stands for the model: run git lfs pull in its repository to have the model"
        case .annexPointer:
            "this is a git-annex pointer, which stands for the model: run git annex get on it to have the model"
        case .webPage:
            "this is a web page (HTML), saved in place of the model: download the file itself, on GitHub by its raw link"
        case .json: "this is a JSON document, not a model: where it is a server's answer, download the file again"
        case .xml: "this is an XML document, not a model: where it is a server's answer, download the file again"
        case .text: "this is a text, not a model"
        case .zippedPackage: "this is a zipped Core ML package: unzip it, and name the .mlpackage"
        case .zip: "this is a zip archive: unzip it, and name the model in it"
        case .gzip: "this is compressed with gzip: unpack it (gunzip, or tar xzf for an archive)"
        case .bzip2: "this is compressed with bzip2: unpack it (bunzip2, or tar xjf for an archive)"
        case .xz: "this is compressed with xz: unpack it (unxz, or tar xJf for an archive)"
        case .zstandard: "this is compressed with Zstandard: unpack it (unzstd)"
        case .sevenZip: "this is a 7-Zip archive: unpack it (7z x)"
        case .tar: "this is a tar archive: unpack it (tar xf), and name the model in it"
        case .torchArchive:
            "these are weights of PyTorch (a zip archive with data.pkl), without the network: export the network to ONNX "
                + "with torch.onnx.export" + Self.orRecord("PyTorch")
        case .torchScript:
            "this is a network of TorchScript: export it to ONNX with torch.onnx.export" + Self.orRecord("PyTorch")
        case .torchExport:
            "this is a program of torch.export: write it as ONNX with torch.onnx.export" + Self.orRecord("PyTorch")
        case .pickle:
            "this is a pickle of Python, as older PyTorch writes weights: export the network to ONNX with "
                + "torch.onnx.export" + Self.orRecord("PyTorch")
        case .liteRT:
            "this is a network of TensorFlow Lite (.tflite): convert it with tf2onnx" + Self.orRecord("LiteRT")
        case .ncnn: "this is a network of ncnn (.param)" + Self.record("ncnn")
        case .openVINO: "this is a network of OpenVINO (.xml)" + Self.record("OpenVINO")
        case .hdf5:
            "this is an HDF5 file: of a Keras network, convert it with tf2onnx; a recording is no model, and goes where "
                + "captures go (--captures, compare)"
        case .kerasArchive: "this is a network of Keras (.keras): convert it with tf2onnx"
        case .tensorFlowGraph: "this is a graph of TensorFlow (.pb): convert it with tf2onnx (--graphdef)"
        case .savedModel:
            "this is part of a SavedModel of TensorFlow: convert its directory with tf2onnx (--saved-model)"
        case .mxnet: "this is a network of MXNet (symbol.json): export it to ONNX with mxnet.onnx.export_model"
        case .darknet: "this is a network of Darknet (.cfg): convert it to ONNX"
        case .safetensors:
            "these are weights (safetensors) without their network: export the network to ONNX with torch.onnx.export"
                + Self.orRecord("PyTorch")
        case .gguf: "these are weights of a language model (GGUF), which is not a supported network"
        case .onnxText: "this is ONNX in text form: write it in binary form with onnx.parser and onnx.save"
        case .mnn: "this is a network of MNN: convert the model from which it was made"
        case .npz, .npy:
            "these are arrays of NumPy, not a model: give one to run as --input, beside the model"
        case .image: "this is an image, not a model"
        }
    }

    private static func record(_ engine: String) -> String {
        ": record what it computes with the adapter for \(engine) in validation/, and compare the recording"
    }

    private static func orRecord(_ engine: String) -> String {
        ", or record what it computes with the adapter for \(engine) in validation/"
    }

    // MARK: - By the first bytes

    private static func ofMark(_ bytes: [UInt8]) -> ForeignFile? {
        func has(_ mark: [UInt8], at offset: Int = 0) -> Bool {
            bytes.count >= offset + mark.count && bytes[offset..<offset + mark.count].elementsEqual(mark)
        }
        func has(_ mark: String, at offset: Int = 0) -> Bool { has(Array(mark.utf8), at: offset) }
        if bytes.isEmpty { return .empty }
        if bytes.allSatisfy({ $0 == 0 }) { return .zeros }
        if has("PK\u{3}\u{4}") { return ofArchive(bytes) }
        if has([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]) { return .hdf5 }
        if has("TFL3", at: 4) { return .liteRT }
        if has([0x93]), has("NUMPY", at: 1) { return .npy }
        if has([0x1f, 0x8b]) { return .gzip }
        if has("BZh"), has([0x31, 0x41, 0x59], at: 4) { return .bzip2 }
        if has([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) { return .xz }
        if has([0x28, 0xb5, 0x2f, 0xfd]) { return .zstandard }
        if has([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) { return .sevenZip }
        if has("ustar", at: 257) { return .tar }
        if has("GGUF") { return .gguf }
        // In binary form, the same number comes first.
        if has([0xdd, 0x85, 0x76, 0x00]) { return .ncnn }
        if has([0xff, 0xd8, 0xff]) || has([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]) || has("GIF8") { return .image }
        if has([0x80]), bytes.count > 2, (2...5).contains(bytes[1]), pickleOpcodes.contains(bytes[2]) {
            return .pickle
        }
        // The length of the header, which is JSON.
        if has("{\"", at: 8), has([0, 0], at: 6), has([0], at: 5) { return .safetensors }
        return nil
    }

    /// What may follow a pickle's version: a frame, a long integer, a dictionary, a global name, a mark, ...
    private static let pickleOpcodes: Set<UInt8> = [0x95, 0x8a, 0x7d, 0x63, 0x28, 0x5d, 0x4b, 0x58, 0x8c]

    /// An archive, by the names of its files.
    private static func ofArchive(_ bytes: [UInt8]) -> ForeignFile {
        func holds(_ name: String) -> Bool { contains(bytes, Array(name.utf8)) }
        if holds("com.apple.CoreML") { return .zippedPackage }
        if holds("constants.pkl") { return .torchScript }
        if holds("data.pkl") { return .torchArchive }
        if holds("serialized_exported_program") || holds("models/model.json") { return .torchExport }
        if holds("model.weights.h5") { return .kerasArchive }
        if holds(".npy") { return .npz }
        return .zip
    }

    private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, bytes.count >= wanted.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            var position = 0
            while position + wanted.count <= bytes.count {
                if bytes[position] == first, bytes[position..<position + wanted.count].elementsEqual(wanted) {
                    return true
                }
                position += 1
            }
            return false
        }
    }

    // MARK: - By the text

    /// Whether the beginning holds only printable characters, most of them ASCII.
    static func isText(_ bytes: [UInt8]) -> Bool {
        let start = bytes.prefix(4096)
        return !start.isEmpty && start.count(where: { $0 < 0x80 }) * 2 > start.count
            && start.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (0x09...0x0d).contains($0) }
    }

    private static func ofText(_ bytes: [UInt8]) -> ForeignFile? {
        guard isText(bytes) else { return nil }
        let isMarked = bytes.starts(with: [0xef, 0xbb, 0xbf])
        let text = String(decoding: bytes.dropFirst(isMarked ? 3 : 0).prefix(4096), as: UTF8.self)
        let start = text.drop(while: \.isWhitespace)
        let lower = start.lowercased()
        if start.hasPrefix("version https://git-lfs.github.com/") { return .lfsPointer }
        if start.hasPrefix("/annex/objects/") { return .annexPointer }
        if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") { return .webPage }
        if lower.hasPrefix("<?xml") || lower.hasPrefix("<") {
            if lower.contains("<net ") { return .openVINO }
            if lower.contains("<html") { return .webPage }
            if lower.hasPrefix("<ir_version") || lower.hasPrefix("< ir_version") { return .onnxText }
            return .xml
        }
        if start.split(whereSeparator: \.isNewline).first.map({ $0.filter { !$0.isWhitespace } }) == "7767517" {
            return .ncnn
        }
        if lower.hasPrefix("[net]") { return .darknet }
        if start.hasPrefix("{") || start.hasPrefix("[") {
            return lower.contains("\"arg_nodes\"") || lower.contains("\"nodes\"") ? .mxnet : .json
        }
        return nil
    }

    // MARK: - By the fields of a protobuf message

    private static func ofMessage(_ bytes: [UInt8]) -> ForeignFile? {
        let fields = ProtobufFields(bytes).fields
        guard let first = fields.first, first.number == 1 else { return nil }
        let numbers = fields.map(\.number)
        // The schema's version, 1, and the graphs.
        if first.isVarint, bytes.count > 2, bytes[1] == 1, Set(numbers) == [1, 2] { return .savedModel }
        // Nodes, each starting with a name and an operator; then a library (2) and versions (4).
        guard !first.isVarint, Set(numbers).isSubset(of: [1, 2, 3, 4]) else { return nil }
        let node = ProtobufFields(Array(bytes[first.content])).fields
        return node.prefix(2).map(\.number) == [1, 2] && node.allSatisfy({ $0.number <= 7 }) ? .tensorFlowGraph : nil
    }
}
