import Files

/// Writes a value as JSON, with the same text as ``JSON/text()``, part by part: the memory does not grow with the
/// value. The file is written completely or not at all.
///
/// - Throws: ``FileWritingError``, and errors of the value's own encoding.
package func writeAtomically(encoding value: some Encodable, to path: String) throws {
    let file = try UnfinishedFile(path)
    try JSONStream(into: file).write(value)
    try file.append("\n".utf8)
    try file.finish()
}

/// JSON text that is written while a value encodes itself.
///
/// The outer levels of the value are written immediately; deeper values are small and become a tree first, so that
/// json-c formats them.
final class JSONStream {
    /// From this depth on, a value is written as one tree.
    private static let treeLevel = 5

    private let file: UnfinishedFile

    init(into file: UnfinishedFile) {
        self.file = file
    }

    func write(_ value: some Encodable) throws { try write(value, at: 0, codingPath: []) }

    fileprivate func write(_ value: some Encodable, at level: Int, codingPath: [any CodingKey]) throws {
        guard level < Self.treeLevel else {
            let node = EncodedNode()
            try value.encode(to: PlaceEncoder(place: node, codingPath: codingPath))
            return try write(node.json, at: level)
        }
        let place = StreamedPlace(level: level, in: self)
        try value.encode(to: PlaceEncoder(place: place, codingPath: codingPath))
        try place.close()
    }

    fileprivate func write(_ tree: JSON, at level: Int) throws {
        let newline = Array(newline(at: level).utf8)
        var text = [UInt8]()
        // Strings contain no newline: json-c escapes it.
        for byte in try tree.text().utf8.dropLast() {
            if byte == UInt8(ascii: "\n") { text += newline } else { text.append(byte) }
        }
        try file.append(text)
    }

    fileprivate func append(_ text: String) throws { try file.append(text.utf8) }

    fileprivate func newline(at level: Int) -> String { "\n" + String(repeating: "  ", count: level) }
}

/// A place in the text where a value is being written.
private final class StreamedPlace: EncodingPlace {
    private let level: Int
    private let stream: JSONStream
    /// If no container was requested, the value is an object without members.
    private var brackets = (open: "{", close: "}")
    private var isScalar = false
    private var written = 0
    /// Members that may still grow, and so are written when the next one is added.
    private var unfinished: [(key: String?, node: EncodedNode)] = []

    init(level: Int, in stream: JSONStream) {
        self.level = level
        self.stream = stream
    }

    var count: Int { written + unfinished.count }

    func becomeObject() { brackets = ("{", "}") }

    func becomeArray() { brackets = ("[", "]") }

    func become(_ scalar: JSON) throws {
        isScalar = true
        try stream.write(scalar, at: level)
    }

    func add(_ key: String?, _ value: some Encodable, codingPath: [any CodingKey]) throws {
        try finishMembers()
        try begin(key)
        try stream.write(value, at: level + 1, codingPath: codingPath)
    }

    func add(_ key: String?) -> EncodedNode {
        let node = EncodedNode()
        unfinished.append((key, node))
        return node
    }

    func close() throws {
        try finishMembers()
        guard !isScalar else { return }
        try stream.append((written == 0 ? brackets.open : "") + stream.newline(at: level) + brackets.close)
    }

    private func begin(_ key: String?) throws {
        let name = try key.map { try JSON.string($0).text().dropLast() + ": " } ?? ""
        try stream.append((written == 0 ? brackets.open : ",") + stream.newline(at: level + 1) + name)
        written += 1
    }

    private func finishMembers() throws {
        for (key, node) in unfinished {
            try begin(key)
            try stream.write(node.json, at: level + 1)
        }
        unfinished = []
    }
}
