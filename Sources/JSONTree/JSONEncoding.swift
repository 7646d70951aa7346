extension JSON {
    /// A value as JSON: its properties in the order of encoding, with names in snake_case.
    ///
    /// A nil property is omitted; a number that is not finite becomes the string "nan", "inf" or "-inf".
    ///
    /// - Throws: errors of the value's own encoding.
    package init(encoding value: some Encodable) throws {
        let node = EncodedNode()
        try value.encode(to: PlaceEncoder(place: node, codingPath: []))
        self = node.json
    }
}

/// The destination of an encoded value: a scalar, or an array or object whose members are added in sequence.
protocol EncodingPlace: AnyObject {
    /// The members so far.
    var count: Int { get }

    func become(_ scalar: JSON) throws
    func becomeArray()
    func becomeObject()

    /// Encodes a member, or an element if it has no key.
    func add(_ key: String?, _ value: some Encodable, codingPath: [any CodingKey]) throws

    /// A member that is encoded later, perhaps interleaved with others.
    func add(_ key: String?) -> EncodedNode
}

/// A node of the tree under construction, shared by containers.
final class EncodedNode: EncodingPlace {
    private enum Content {
        case value(JSON)
        case array([EncodedNode])
        case object([(key: String, node: EncodedNode)])
    }

    private var content = Content.object([])

    var json: JSON {
        switch content {
        case .value(let value): value
        case .array(let nodes): .array(nodes.map(\.json))
        case .object(let members): .object(members.map { JSON.Member($0.key, $0.node.json) })
        }
    }

    var count: Int {
        if case .array(let nodes) = content { nodes.count } else { 0 }
    }

    func become(_ scalar: JSON) { content = .value(scalar) }

    func becomeArray() { content = .array([]) }

    /// An existing object is kept: a class and its superclass encode into one.
    func becomeObject() {
        if case .object = content { return }
        content = .object([])
    }

    func add(_ key: String?, _ value: some Encodable, codingPath: [any CodingKey]) throws {
        try value.encode(to: PlaceEncoder(place: add(key), codingPath: codingPath))
    }

    func add(_ key: String?) -> EncodedNode {
        let node = EncodedNode()
        switch content {
        case .object(var members):
            content = .value(.null)  // so that the members are not copied
            members.append((key ?? "", node))
            content = .object(members)
        case .array(var nodes):
            content = .value(.null)
            nodes.append(node)
            content = .array(nodes)
        case .value: break
        }
        return node
    }
}

/// Encodes to a place.
struct PlaceEncoder: Encoder {
    let place: any EncodingPlace
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.becomeObject()
        return KeyedEncodingContainer(KeyedContainer<Key>(place: place, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.becomeArray()
        return UnkeyedContainer(place: place, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(place: place, codingPath: codingPath)
    }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let place: any EncodingPlace
    let codingPath: [any CodingKey]

    func encodeNil() throws { try place.become(.null) }
    func encode(_ value: Bool) throws { try place.become(.bool(value)) }
    func encode(_ value: String) throws { try place.become(.string(value)) }
    func encode(_ value: Double) throws { try place.become(number(value.isFinite ? value : nil, value.description)) }
    /// A float32 keeps its own shortest digits.
    func encode(_ value: Float) throws {
        try place.become(number(value.isFinite ? Double(value.description) : nil, value.description))
    }
    func encode(_ value: Int) throws { try encode(integer: value) }
    func encode(_ value: Int8) throws { try encode(integer: value) }
    func encode(_ value: Int16) throws { try encode(integer: value) }
    func encode(_ value: Int32) throws { try encode(integer: value) }
    func encode(_ value: Int64) throws { try encode(integer: value) }
    func encode(_ value: UInt) throws { try encode(integer: value) }
    func encode(_ value: UInt8) throws { try encode(integer: value) }
    func encode(_ value: UInt16) throws { try encode(integer: value) }
    func encode(_ value: UInt32) throws { try encode(integer: value) }
    func encode(_ value: UInt64) throws { try encode(integer: value) }

    func encode<Value: Encodable>(_ value: Value) throws {
        try value.encode(to: PlaceEncoder(place: place, codingPath: codingPath))
    }

    private func number(_ finite: Double?, _ name: String) -> JSON { finite.map(JSON.number) ?? .string(name) }

    private func encode(integer: some BinaryInteger) throws {
        guard let value = Int64(exactly: integer) else {
            throw EncodingError.invalidValue(
                integer, .init(codingPath: codingPath, debugDescription: "an integer beyond 64 bits"))
        }
        try place.become(.integer(value))
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: any EncodingPlace
    let codingPath: [any CodingKey]

    /// An encoder for a member that is encoded later.
    private func encoder(_ key: any CodingKey) -> PlaceEncoder {
        PlaceEncoder(place: place.add(key.stringValue.snakeCase), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) throws { try encode(Null(), forKey: key) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try place.add(key.stringValue.snakeCase, value, codingPath: codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }

    func superEncoder() -> any Encoder { PlaceEncoder(place: place, codingPath: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
    let place: any EncodingPlace
    let codingPath: [any CodingKey]
    var count: Int { place.count }

    /// An encoder for an element that is encoded later.
    private func encoder() -> PlaceEncoder { PlaceEncoder(place: place.add(nil), codingPath: codingPath) }

    func encodeNil() throws { try encode(Null()) }

    func encode<Value: Encodable>(_ value: Value) throws { try place.add(nil, value, codingPath: codingPath) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }

    func superEncoder() -> any Encoder { encoder() }
}

/// Encodes itself as null.
private struct Null: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}

extension String {
    /// `maxAbsDiff` as `max_abs_diff`.
    var snakeCase: String {
        let name = Array(utf8)
        var bytes = [UInt8]()
        bytes.reserveCapacity(2 * name.count)
        for place in 0..<name.count {
            let byte = name[place]
            // Names in Swift's code are ASCII.
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            if isUpper { bytes.append(UInt8(ascii: "_")) }
            bytes.append(isUpper ? byte | 0x20 : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
