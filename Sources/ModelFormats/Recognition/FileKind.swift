import Foundation

/// What a file is that is given as a model: by its content or, where that does not tell, by its extension.
enum FileKind: Equatable {
    case onnx
    case openFace
    case coreMLSpecification
    case caffeDefinition
    case caffeWeights
    case foreign(ForeignFile)
    case unknown

    init(_ bytes: [UInt8], path: String) {
        if let foreign = ForeignFile(bytes) {
            self = .foreign(foreign)
        } else if let kind = Self.recognised(bytes) {
            self = kind
        } else {
            switch URL(fileURLWithPath: path).pathExtension.lowercased() {
            case "dat": self = .openFace
            case "prototxt": self = .caffeDefinition
            case "caffemodel": self = .caffeWeights
            case "mlmodel": self = .coreMLSpecification
            case "onnx": self = .onnx
            default: self = ForeignFile.isText(bytes) ? .foreign(.text) : .unknown
            }
        }
    }

    private static func recognised(_ bytes: [UInt8]) -> FileKind? {
        if isOpenFace(bytes) { return .openFace }
        let fields = ProtobufFields(bytes)
        let numbers = Set(fields.fields.map(\.number))
        if fields.fields.first?.isVarint == true, numbers.contains(1) {
            // ONNX: the IR version, then strings, the graph (7) and the operators' versions (8).
            if numbers.contains(7) || numbers.contains(8) { return .onnx }
            // Core ML: the specification version, a description, and the model, whose kind is a number from 200 on.
            if numbers.contains(where: { (200...3000).contains($0) }) { return .coreMLSpecification }
        }
        if fields.fields.first?.isVarint == false {
            // Caffe: a name, then layers (100, or 2 in files from before 2015).
            if numbers.isSubset(of: [1, 3, 4, 5, 6, 7, 8, 100]), numbers.contains(100) { return .caffeWeights }
            if fields.fields.prefix(3).map(\.number) == [1, 2, 2] { return .caffeWeights }
        }
        if isCaffeDefinition(bytes) { return .caffeDefinition }
        return nil
    }

    /// The number of layers and the first layer's kind, both small and little-endian.
    private static func isOpenFace(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 8 && bytes[0] > 0 && bytes[1..<4] == [0, 0, 0] && bytes[4] <= 4 && bytes[5..<8] == [0, 0, 0]
    }

    /// A text in which a line begins with a layer or an input.
    private static func isCaffeDefinition(_ bytes: [UInt8]) -> Bool {
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

/// The fields of a protobuf message's top level, as far as they can be followed.
struct ProtobufFields {
    private(set) var fields = [(number: Int, isVarint: Bool, content: Range<Int>)]()

    /// How many fields are followed.
    private static let limit = 10_000

    init(_ bytes: [UInt8]) {
        var position = 0
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard position < bytes.count else { return nil }
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        while position < bytes.count, fields.count < Self.limit {
            guard let key = varint(), key >> 3 > 0, key >> 3 < 1 << 29 else { return }
            let number = Int(key >> 3)
            switch key & 7 {
            case 0:
                let start = position
                guard varint() != nil else { return }
                fields.append((number, true, start..<position))
            case 1, 5:
                let end = position + (key & 7 == 1 ? 8 : 4)
                guard end <= bytes.count else { return }
                fields.append((number, false, position..<end))
                position = end
            case 2:
                guard let length = varint() else { return }
                let end = position + Int(clamping: min(length, UInt64(Int32.max)))
                fields.append((number, false, position..<min(end, bytes.count)))
                position = end
            default: return
            }
        }
    }
}
