import Files
import Foundation
import JSONTree

/// The faces that a detector found in a set of frames: the form of the gold files and of the output of `detect`.
///
/// `validation/schemas/gold.schema.json` describes its JSON; only the frames' files and boxes are required.
public struct DetectionDocument: Equatable, Sendable, Codable {
    /// The detector.
    public var source: String?

    /// The smallest face searched for, in pixels.
    public var minFaceSize: Int?

    /// The thresholds of the proposal, the refinement and the output network.
    public var scoreThresholds: ScoreThresholds?

    public var images: [DetectedFrame]

    package init(source: String?, minFaceSize: Int?, scoreThresholds: ScoreThresholds?, images: [DetectedFrame]) {
        self.source = source
        self.minFaceSize = minFaceSize
        self.scoreThresholds = scoreThresholds
        self.images = images
    }

    /// Reads JSON, JSON lines, separated values, or the text lists of WIDER FACE and FDDB, according to the content;
    /// files ending in `.csv` or `.tsv` are separated values.
    ///
    /// - Throws: ``DetectionDocumentError`` naming the file and the line or the key.
    public init(contentsOf file: URL) throws(DetectionDocumentError) {
        let bytes: [UInt8]
        do { bytes = try readFile(file.path) } catch { throw .unreadable(file: file.path, reason: error.reason) }
        try self.init(bytes: inUTF8(bytes), file: file)
    }

    private init(bytes: [UInt8], file: URL) throws(DetectionDocumentError) {
        let isSeparated = Self.isSeparated(file)
        let start = withoutByteOrderMark(bytes).first { !" \t\r\n".utf8.contains($0) }
        let isJSON = start == UInt8(ascii: "{") || start == UInt8(ascii: "[")
        if !isSeparated, isJSON || file.pathExtension.lowercased() == "json" {
            try self.init(json: bytes, file: file.path)
        } else if !isSeparated, let text = String(validating: withoutByteOrderMark(bytes), as: UTF8.self),
            let blocks = try Self(blocks: text, file: file.path)
        {
            self = blocks
        } else {
            try self.init(csv: bytes, file: file.path)
        }
    }

    /// Whether a file is one of separated values by its name.
    static func isSeparated(_ file: URL) -> Bool { ["csv", "tsv"].contains(file.pathExtension.lowercased()) }

    /// - Parameter file: The name to use in errors.
    public init(json bytes: [UInt8], file: String) throws(DetectionDocumentError) {
        if let document = Self(frameByFrame: bytes) {
            self = document
        } else {
            self = try Self(wholeJSON: bytes, file: file)
        }
        try checkFramesAreNamedOnce(file: file)
    }

    /// Reads the layout that `detect --json` writes from a text that is in memory.
    private init?(frameByFrame bytes: [UInt8]) {
        var rest = bytes[...]
        var images = [DetectedFrame]()
        self.init(
            parts: {
                defer { rest = rest.dropFirst(readingStep) }
                return Array(rest.prefix(readingStep))
            }
        ) { image, _, _ in images.append(image) }
        self.images = images
    }

    /// What the layout that `detect --json` writes says of its detector, without the frames, which are passed on one
    /// after another; nil for other layouts, and for what is no list of faces.
    ///
    /// - Parameters:
    ///   - parts: gives the text part by part; an empty part is its end.
    ///   - take: is called with each frame, its text and where that begins.
    init?(parts: @escaping () throws -> [UInt8], _ take: (DetectedFrame, [UInt8], Int) throws -> Void) {
        let rest = JSON(parsing: parts, takingElementsOf: "images") { image, text, offset in
            let frame: DetectedFrame = try image.decode()
            guard !image.hasOtherFaces, !frame.file.isEmpty else { throw DetectionColumns.Reason("another layout") }
            try take(frame, text, offset)
        }
        guard let rest, rest["annotations"] == nil, let document: DetectionDocument = try? rest.decode() else {
            return nil
        }
        self = document
    }

    private init(wholeJSON bytes: [UInt8], file: String) throws(DetectionDocumentError) {
        do throws(JSONError) {
            let bytes = Array(withoutByteOrderMark(bytes))
            let lines = try jsonLines(of: bytes, file: file)
            let json = if let lines { lines } else { try JSON(parsing: bytes, file: file) }
            let named: JSON
            do throws(DetectionColumns.Reason) {
                named = try json.withNamedFaces()
            } catch {
                throw JSONError.unexpected(file: file, path: "", reason: error.text)
            }
            self = try named.decode()
        } catch {
            switch error {
            case .malformed(_, let line, let reason): throw .malformed(file: file, at: "line \(line)", reason: reason)
            case .unexpected(_, let path, let reason):
                throw .malformed(file: file, at: path.isEmpty ? "the top" : path, reason: reason)
            case .notFinite: throw .malformed(file: file, at: "the top", reason: "\(error)")
            }
        }
    }

    func checkFramesAreNamedOnce(file: String) throws(DetectionDocumentError) {
        var names: Set<String> = []
        for (index, image) in images.enumerated() {
            guard !image.file.isEmpty else {
                throw .malformed(file: file, at: "images[\(index)].file", reason: "it names no file")
            }
            guard names.insert(image.file).inserted else {
                throw .malformed(file: file, at: image.file, reason: "the frame is listed twice")
            }
        }
    }
}

/// The number of bytes in one read of a list that is read a frame at a time.
let readingStep = 1 << 16

/// The values of JSON lines, as an array; nil if there is only one value.
private func jsonLines(of bytes: [UInt8], file: String) throws(JSONError) -> JSON? {
    let lines = bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") }).filter { line in
        line.contains { !" \t\r".utf8.contains($0) }
    }
    guard lines.count > 1, lines.allSatisfy({ $0.first == UInt8(ascii: "{") && isClosed($0) }) else { return nil }
    var values: [JSON] = []
    for line in lines { values.append(try JSON(parsing: Array(line), file: file)) }
    return .array(values)
}

private func isClosed(_ line: ArraySlice<UInt8>) -> Bool {
    line.last { !" \t\r".utf8.contains($0) } == UInt8(ascii: "}")
}

/// The same text in UTF-8, if a byte order mark identifies UTF-16, as in spreadsheets' "Unicode text".
private func inUTF8(_ bytes: [UInt8]) -> [UInt8] {
    let isLittle = bytes.starts(with: [0xFF, 0xFE])
    guard isLittle || bytes.starts(with: [0xFE, 0xFF]), bytes.count.isMultiple(of: 2) else { return bytes }
    let units = stride(from: 2, to: bytes.count, by: 2).map { index in
        UInt16(bytes[isLittle ? index + 1 : index]) << 8 | UInt16(bytes[isLittle ? index : index + 1])
    }
    return String(validating: units, as: UTF16.self).map { Array($0.utf8) } ?? bytes
}

/// The faces of one frame.
public struct DetectedFrame: Equatable, Sendable {
    public var file: String
    public var width: Int?
    public var height: Int?
    public var faces: [Face]

    /// The boxes after every stage that was recorded.
    package var record: CascadeRecord

    package init(file: String, width: Int?, height: Int?, faces: [Face], record: CascadeRecord = CascadeRecord()) {
        self.file = file
        self.width = width
        self.height = height
        self.faces = faces
        self.record = record
    }
}

extension DetectedFrame {
    /// Why these cannot be the faces of an image: the list gives another size; nil if the sizes agree, or the list
    /// gives none.
    package func differenceInSize(from image: (width: Int, height: Int)) -> String? {
        let listed = (width: width ?? image.width, height: height ?? image.height)
        guard listed != image else { return nil }
        let isTurned = listed == (image.height, image.width)
        return "the list says \(listed.width) x \(listed.height) pixels, the image has \(image.width) x \(image.height)"
            + (isTurned ? "; a detector that ignores the EXIF orientation is met by --ignore-orientation" : "")
    }
}

/// Why a file is not a list of faces.
public enum DetectionDocumentError: Error, Equatable {
    case unreadable(file: String, reason: String)

    /// `at` is a line of the file or the path of a key in it.
    case malformed(file: String, at: String, reason: String)
}

extension DetectionDocumentError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        case .malformed(let file, let place, let reason): "\(file): \(place): \(reason)"
        }
    }
}
