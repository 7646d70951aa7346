import CJSONC

extension JSON {
    /// The value of a text.
    ///
    /// - Parameters:
    ///   - file: the name of the text's file, for errors.
    ///   - depth: how many values the text is nested in.
    /// - Throws: ``JSONError/malformed(file:line:reason:)`` unless the text is exactly one value, for values nested
    ///   more than 64 deep, an object that has a key twice, and numbers that neither Int64 nor float64 can hold.
    package init(parsing text: [UInt8], file: String, atDepth depth: Int = 0) throws(JSONError) {
        func malformed(at offset: Int, _ reason: String) -> JSONError {
            .malformed(file: file, line: 1 + text.prefix(offset).count { $0 == UInt8(ascii: "\n") }, reason: reason)
        }
        guard text.count < Int(Int32.max) else { throw malformed(at: 0, "the text is longer than 2 GiB") }
        guard let tokener = json_tokener_new_ex(Int32(64 - depth)) else {
            throw malformed(at: 0, "json-c has no memory")
        }
        defer { json_tokener_free(tokener) }
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
        // A number ends only when something follows it: here the NUL after the text.
        let object = (text + [0]).withUnsafeBytes { bytes in
            json_tokener_parse_ex(tokener, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        defer { json_object_put(object) }
        let end = Int(json_tokener_get_parse_end(tokener))
        let status = json_tokener_get_error(tokener)
        guard status == json_tokener_success else {
            let reason =
                status == json_tokener_continue
                ? "the text ends in the middle of a value" : String(cString: json_tokener_error_desc(status))
            throw malformed(at: end, "this is not JSON: \(reason)")
        }
        if let trailing = text.indices.dropFirst(end).first(where: { !" \t\r\n".utf8.contains(text[$0]) }) {
            throw malformed(at: trailing, "something follows the JSON value")
        }
        if let (offset, reason) = JSONStrictness(text).firstViolation() { throw malformed(at: offset, reason) }
        self = JSON(object)
    }

    private init(_ object: OpaquePointer?) {
        switch json_object_get_type(object) {
        case json_type_boolean: self = .bool(json_object_get_boolean(object) != 0)
        case json_type_int: self = .integer(json_object_get_int64(object))
        case json_type_double: self = .number(json_object_get_double(object))
        case json_type_string:
            let length = Int(json_object_get_string_len(object))
            let bytes = UnsafeRawBufferPointer(start: json_object_get_string(object), count: length)
            self = .string(String(decoding: bytes, as: UTF8.self))
        case json_type_array:
            self = .array((0..<json_object_array_length(object)).map { JSON(json_object_array_get_idx(object, $0)) })
        case json_type_object:
            var members = [Member]()
            var iterator = json_object_iter_begin(object)
            var end = json_object_iter_end(object)
            while json_object_iter_equal(&iterator, &end) == 0 {
                let key = String(cString: json_object_iter_peek_name(&iterator))
                members.append(Member(key, JSON(json_object_iter_peek_value(&iterator))))
                json_object_iter_next(&iterator)
            }
            self = .object(members)
        default: self = .null
        }
    }
}
