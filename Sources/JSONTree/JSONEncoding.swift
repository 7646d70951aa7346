extension JSON {
    /// A value as JSON: its properties in the order in which it encodes them, their names in snake_case.
    ///
    /// A property that is nil is left out; a number that is not finite becomes the string "nan", "inf" or
    /// "-inf".
    ///
    /// - Throws: what the value's own encoding throws.
    public init(encoding value: some Encodable) throws {
        let node = EncodedNode()
        try value.encode(to: TreeEncoder(node: node, codingPath: []))
        self = node.json
    }
}

/// A place in the tree under construction, which containers share.
final class EncodedNode {
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

    func set(_ value: JSON) { content = .value(value) }

    func becomeArray() { content = .array([]) }

    func append() -> EncodedNode {
        let node = EncodedNode()
        var nodes = [EncodedNode]()
        if case .array(let own) = content { nodes = own }
        content = .array([])  // so that the nodes are not copied
        nodes.append(node)
        content = .array(nodes)
        return node
    }

    func member(_ key: String) -> EncodedNode {
        let node = EncodedNode()
        var members = [(key: String, node: EncodedNode)]()
        if case .object(let own) = content { members = own }
        content = .object([])  // so that the members are not copied
        members.append((key, node))
        content = .object(members)
        return node
    }
}

struct TreeEncoder: Encoder {
    let node: EncodedNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedContainer<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return UnkeyedContainer(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(node: node, codingPath: codingPath)
    }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let node: EncodedNode
    let codingPath: [any CodingKey]

    func encodeNil() { node.set(.null) }
    func encode(_ value: Bool) { node.set(.bool(value)) }
    func encode(_ value: String) { node.set(.string(value)) }
    func encode(_ value: Double) { node.set(number(value.isFinite ? value : nil, value.description)) }
    /// A float32 keeps its own shortest digits.
    func encode(_ value: Float) {
        node.set(number(value.isFinite ? Double(value.description) : nil, value.description))
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
        try value.encode(to: TreeEncoder(node: node, codingPath: codingPath))
    }

    private func number(_ finite: Double?, _ name: String) -> JSON { finite.map(JSON.number) ?? .string(name) }

    private func encode(integer: some BinaryInteger) throws {
        guard let value = Int64(exactly: integer) else {
            throw EncodingError.invalidValue(
                integer, .init(codingPath: codingPath, debugDescription: "an integer beyond 64 bits"))
        }
        node.set(.integer(value))
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodedNode
    let codingPath: [any CodingKey]

    private func encoder(_ key: any CodingKey) -> TreeEncoder {
        TreeEncoder(node: node.member(key.stringValue.snakeCase), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { encoder(key).node.set(.null) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try value.encode(to: encoder(key)) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }

    func superEncoder() -> any Encoder { TreeEncoder(node: node, codingPath: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
    let node: EncodedNode
    let codingPath: [any CodingKey]
    var count: Int { node.count }

    private func encoder() -> TreeEncoder { TreeEncoder(node: node.append(), codingPath: codingPath) }

    func encodeNil() { node.append().set(.null) }

    func encode<Value: Encodable>(_ value: Value) throws { try value.encode(to: encoder()) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }

    func superEncoder() -> any Encoder { encoder() }
}

extension String {
    /// `maxAbsDiff` as `max_abs_diff`.
    var snakeCase: String {
        reduce(into: "") { result, character in
            if character.isUppercase {
                result += "_" + character.lowercased()
            } else {
                result.append(character)
            }
        }
    }
}
