import CJSONC

extension JSON {
    /// The value as text on several lines, ending with a newline: equal values give equal text.
    ///
    /// Numbers have the fewest digits that restore them.
    ///
    /// - Throws: ``JSONError/notFinite`` for an infinite number or NaN.
    package func text() throws(JSONError) -> String {
        try printed(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)
    }

    /// The value as one line, ending with a newline.
    ///
    /// - Throws: ``JSONError/notFinite`` for an infinite number or NaN.
    package func line() throws(JSONError) -> String {
        try printed(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
    }

    private func printed(_ flags: Int32) throws(JSONError) -> String {
        let object = try jsonC()
        defer { json_object_put(object) }
        return String(cString: json_object_to_json_string_ext(object, flags)) + "\n"
    }

    /// The value as a json-c object, owned by the caller.
    private func jsonC() throws(JSONError) -> OpaquePointer? {
        switch self {
        case .null: return nil
        case .bool(let value): return json_object_new_boolean(value ? 1 : 0)
        case .integer(let value): return json_object_new_int64(value)
        case .number(let value):
            guard value.isFinite else { throw .notFinite }
            return json_object_new_double_s(value, value.description)
        case .string(let value): return json_object_new_string_len(value, Int32(value.utf8.count))
        case .array(let elements):
            let array = json_object_new_array()
            for element in elements { json_object_array_add(array, try element.jsonC()) }
            return array
        case .object(let members):
            let object = json_object_new_object()
            for member in members { json_object_object_add(object, member.key, try member.value.jsonC()) }
            return object
        }
    }
}
