import JSONTree

/// As much of JSON Schema (draft 2020-12) as the project's schemas use.
///
/// A keyword that is not known here is itself a violation, so that no part of a schema passes unread.
package struct JSONSchema {
    private let root: JSON

    package init(_ root: JSON) {
        self.root = root
    }

    /// What in a value breaks the schema, with its place; empty if nothing does.
    package func violations(in value: JSON) -> [String] { violations(value, root, "$") }

    private func violations(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(place): the schema is no object"] }
        return keywords.flatMap { keyword in
            check(value, keyword.key, keyword.value, schema, place)
        }
    }

    private func check(_ value: JSON, _ keyword: String, _ rule: JSON, _ schema: JSON, _ place: String) -> [String] {
        func require(_ holds: Bool) -> [String] { holds ? [] : ["\(place): \(value) breaks \(keyword) \(rule)"] }
        switch (keyword, rule, value) {
        case ("$schema", _, _), ("title", _, _), ("description", _, _), ("$defs", _, _): return []
        case ("$ref", .string(let path), _):
            guard let target = resolve(path) else { return ["\(place): the schema has no \(path)"] }
            return violations(value, target, place)
        case ("type", .string(let type), _): return require(isOfType(value, type))
        case ("const", _, _): return require(value == rule)
        case ("enum", .array(let values), _): return require(values.contains(value))
        case ("anyOf", .array(let schemas), _):
            return require(schemas.contains { violations(value, $0, place).isEmpty })
        case ("required", .array(let keys), .object):
            return keys.flatMap { key in
                if case .string(let key) = key, value[key] == nil {
                    ["\(place): \(key) is missing"]
                } else {
                    [String]()
                }
            }
        case ("properties", .object(let properties), .object):
            return properties.flatMap { property in
                value[property.key].map { violations($0, property.value, "\(place).\(property.key)") } ?? []
            }
        case ("additionalProperties", .bool(false), .object(let members)):
            return members.filter { schema["properties"]?[$0.key] == nil }.map { "\(place): \($0.key) is not known" }
        case ("items", _, .array(let elements)):
            return elements.enumerated().flatMap { violations($1, rule, "\(place)[\($0)]") }
        case ("minItems", .integer(let count), .array(let elements)): return require(elements.count >= count)
        case ("maxItems", .integer(let count), .array(let elements)): return require(elements.count <= count)
        case ("minimum", _, .integer), ("minimum", _, .number): return require(number(value) >= number(rule))
        case ("maximum", _, .integer), ("maximum", _, .number): return require(number(value) <= number(rule))
        case ("pattern", .string(let pattern), .string(let text)):
            guard let expression = try? Regex(pattern) else { return ["\(place): the schema's pattern is none"] }
            return require(text.firstMatch(of: expression) != nil)
        case ("required", .array, _), ("properties", .object, _), ("additionalProperties", .bool, _), ("items", _, _),
            ("minItems", .integer, _), ("maxItems", .integer, _), ("minimum", _, _), ("maximum", _, _),
            ("pattern", .string, _):
            return []  // Says nothing of a value of this kind.
        default: return ["\(place): keyword \(keyword) of the schema is not known"]
        }
    }

    private func resolve(_ path: String) -> JSON? {
        path.split(separator: "/").dropFirst().reduce(root as JSON?) { $0?[String($1)] }
    }

    private func isOfType(_ value: JSON, _ type: String) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .integer: type == "integer" || type == "number"
        case .number(let number): type == "number" || (type == "integer" && number.rounded() == number)
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }

    private func number(_ value: JSON) -> Double {
        switch value {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: .nan
        }
    }
}
