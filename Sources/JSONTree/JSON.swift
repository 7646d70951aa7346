/// A JSON value (RFC 8259) whose objects keep the order of their members.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package let key: String
        package let value: JSON

        package init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// The value of a member; nil if this is not an object or has no such member.
    package subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// What kind of value this is, for errors.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Why JSON could not be read or written.
package enum JSONError: Error, Equatable {
    case malformed(file: String, line: Int, reason: String)
    /// - Parameters:
    ///   - file: the file of the value, if known.
    ///   - path: the path of the value within it: `runs[0].frames`.
    case unexpected(file: String?, path: String, reason: String)
    case notFinite
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let file, let line, let reason): "\(file):\(line): \(reason)"
        case .unexpected(let file, let path, let reason):
            "\(file.map { "\($0), " } ?? "")at \(path.isEmpty ? "the top" : path): \(reason)"
        case .notFinite: "JSON has no number that is infinite or NaN"
        }
    }
}
