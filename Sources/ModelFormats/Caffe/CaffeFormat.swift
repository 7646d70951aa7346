import Foundation

extension ModelFormat {
    /// A Caffe network: a definition (.prototxt) and weights (.caffemodel). Either names the model; the other has the
    /// same name in the same directory.
    public static let caffe = ModelFormat(
        name: "Caffe", fileExtensions: ["caffemodel"], companionExtensions: ["prototxt"],
        otherFileNames: { name in CaffeOrigin.fileNames[name].map { ["\($0).caffemodel"] } ?? [] },
        recognition: .file { CaffeFiles.areWeights($0) || CaffeFiles.isDefinition($0) },
        layout: .assumed("rows first"), precision: .declared("the format: float32 throughout"),
        read: { source throws(ModelError) in
            let isDefinition =
                !CaffeFiles.areWeights(source.bytes)
                && (CaffeFiles.isDefinition(source.bytes) || source.path.lowercased().hasSuffix(".prototxt"))
            let files = try CaffeFiles(source.path, isDefinition: isDefinition)
            let definition = isDefinition ? source.bytes : try source.read(files.definition)
            let weights = isDefinition ? try source.read(files.weights) : source.bytes
            let network = try CaffeNetwork(
                definition: definition, weights: CaffeWeights(weights, file: files.weights), name: source.name,
                file: files.definition)
            return Model.Contents(
                bytes: definition + weights, provenance: network.provenance, graph: network.graph)
        })
}

extension CaffeFiles {
    /// A name, then layers (100, or 2 in files from before 2015).
    static func areWeights(_ bytes: [UInt8]) -> Bool {
        let fields = ProtobufFields(bytes).fields
        guard fields.first?.isVarint == false else { return false }
        let numbers = Set(fields.map(\.number))
        return numbers.isSubset(of: [1, 3, 4, 5, 6, 7, 8, 100]) && numbers.contains(100)
            || fields.prefix(3).map(\.number) == [1, 2, 2]
    }

    /// A text with a line that starts a layer or an input.
    static func isDefinition(_ bytes: [UInt8]) -> Bool {
        guard ForeignFile.isText(bytes) else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).contains { line in
            let words = line.drop { $0 == " " || $0 == "\t" }
            return ["layer", "layers", "input", "input_shape"].contains { word in
                words.hasPrefix(word)
                    && [":", "{"].contains(String(words.dropFirst(word.count).drop { $0 == " " }.prefix(1)))
            }
        }
    }
}

extension CaffeProvenance: ModelProvenance {
    package var words: String { "Caffe, \(layers) layers" }
}
