/// JSON text that is written while a value encodes itself.
///
/// The outer levels of the value go out as they come; what stands deeper is small, and becomes a tree first, so that
/// the text is json-c's.
final class JSONStream {
    /// From here on a value is written as one tree.
    private static let treeLevel = 5

    private let file: UnfinishedFile

    init(into file: UnfinishedFile) {
        self.file = file
    }

    func write(_ value: some Encodable) throws { try write(value, at: 0) }

    fileprivate func write(_ value: some Encodable, at level: Int) throws {
        guard level < Self.treeLevel else { return try write(JSON(encoding: value), at: level) }
        let place = StreamedPlace(level: level, in: self)
        try value.encode(to: StreamEncoder(place: place, codingPath: []))
        try place.close()
    }

    fileprivate func write(_ tree: JSON, at level: Int) throws {
        // No newline stands within a string: json-c escapes it.
        let lines = try tree.text().dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        try file.append(lines.joined(separator: newline(at: level)).utf8)
    }

    fileprivate func append(_ text: String) throws { try file.append(text.utf8) }

    fileprivate func newline(at level: Int) -> String { "\n" + String(repeating: "  ", count: level) }
}

/// A place in the text where a value is being written.
private final class StreamedPlace {
    private let level: Int
    private let stream: JSONStream
    private var brackets: (open: String, close: String)?
    private var isScalar = false
    private(set) var count = 0
    /// Members that may still be added to, and so are written when the next is.
    private var unfinished: [(key: String?, node: EncodedNode)] = []

    init(level: Int, in stream: JSONStream) {
        self.level = level
        self.stream = stream
    }

    func becomeObject() { brackets = ("{", "}") }

    func becomeArray() { brackets = ("[", "]") }

    func become(_ scalar: JSON) throws {
        isScalar = true
        try stream.write(scalar, at: level)
    }

    /// Writes a member, or an element where it has no key.
    func add(_ key: String?, _ value: some Encodable) throws {
        try finishMembers()
        try begin(key)
        try stream.write(value, at: level + 1)
    }

    func addNull(_ key: String?) throws {
        try finishMembers()
        try begin(key)
        try stream.write(.null, at: level + 1)
    }

    /// Adds a member that is yet to be encoded.
    func addUnfinished(_ key: String?, _ codingPath: [any CodingKey]) -> TreeEncoder {
        let node = EncodedNode()
        unfinished.append((key, node))
        return TreeEncoder(node: node, codingPath: codingPath)
    }

    func close() throws {
        try finishMembers()
        guard !isScalar else { return }
        // An object without members may never have asked for a container.
        let (open, close) = brackets ?? ("{", "}")
        try stream.append((count == 0 ? open : "") + stream.newline(at: level) + close)
    }

    private func begin(_ key: String?) throws {
        let separator = count == 0 ? brackets?.open ?? "" : ","
        let name = try key.map { try JSON.string($0.snakeCase).text().dropLast() + ": " } ?? ""
        try stream.append(separator + stream.newline(at: level + 1) + name)
        count += 1
    }

    private func finishMembers() throws {
        for (key, node) in unfinished {
            try begin(key)
            try stream.write(node.json, at: level + 1)
        }
        unfinished = []
    }
}

private struct StreamEncoder: Encoder {
    let place: StreamedPlace
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.becomeObject()
        return KeyedEncodingContainer(StreamedObject<Key>(place: place, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.becomeArray()
        return StreamedArray(place: place, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        StreamedScalar(place: place, codingPath: codingPath)
    }
}

private struct StreamedScalar: SingleValueEncodingContainer {
    let place: StreamedPlace
    let codingPath: [any CodingKey]

    func encodeNil() throws { try place.become(.null) }
    func encode<Value: Encodable>(_ value: Value) throws { try place.become(JSON(encoding: value)) }
}

private struct StreamedObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: StreamedPlace
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) throws { try place.addNull(key.stringValue) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try place.add(key.stringValue, value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        place.addUnfinished(key.stringValue, codingPath + [key]).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        place.addUnfinished(key.stringValue, codingPath + [key]).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { StreamEncoder(place: place, codingPath: codingPath) }

    func superEncoder(forKey key: Key) -> any Encoder {
        place.addUnfinished(key.stringValue, codingPath + [key])
    }
}

private struct StreamedArray: UnkeyedEncodingContainer {
    let place: StreamedPlace
    let codingPath: [any CodingKey]
    var count: Int { place.count }

    func encodeNil() throws { try place.addNull(nil) }

    func encode<Value: Encodable>(_ value: Value) throws { try place.add(nil, value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        place.addUnfinished(nil, codingPath).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        place.addUnfinished(nil, codingPath).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { place.addUnfinished(nil, codingPath) }
}
