import Foundation
import JSONTree
import TestSupport
import Testing

@Suite struct JSONTests {
    @Test(
        "Parsing what was printed gives the value back",
        arguments: [
            JSON.null, .bool(true), .integer(.min), .integer(.max), .number(-0.0), .number(.leastNonzeroMagnitude),
            .number(1e-05),
            .number(.greatestFiniteMagnitude), .string("é \"quoted\" \\ / \n \u{1F600}"), .array([]), .object([]),
            .object([.init("b", .integer(1)), .init("a", .array([.null, .number(0.1)]))]),
        ])
    func roundTrip(value: JSON) throws {
        #expect(try JSON(parsing: Array(value.text().utf8), file: "test") == value)
    }

    @Test("Members are printed in the order in which they stand, numbers with the fewest digits")
    func text() throws {
        let value = JSON.object([.init("z", .number(1e-05)), .init("a", .array([.integer(1), .number(0.1)]))])
        #expect(try value.text() == "{\n  \"z\": 1e-05,\n  \"a\": [\n    1,\n    0.1\n  ]\n}\n")
    }

    @Test(
        "Anything but one JSON value is refused, with its file and line",
        arguments: [
            "", "{", "{\"a\": 1,\n", "[1] 2", "{\"a\" 1}", "tru", "\"abc", "[1,]", "'a'",
            String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
        ])
    func malformed(text: String) {
        #expect {
            try JSON(parsing: Array(text.utf8), file: "name.json")
        } throws: { error in
            "\(error)".hasPrefix("name.json:")
        }
    }

    @Test(
        "What json-c would change in silence is refused, with its line",
        arguments: [
            ("{\n\"a\": 1,\n\"b\": {\"a\": 2},\n\"a\": 3}", "name.json:4: an object has the key \"a\" twice"),
            ("[\n9223372036854775808]", "name.json:2: 9223372036854775808 is beyond"),
            ("[-9223372036854775809]", "-9223372036854775809 is beyond"),
            ("[1,\n\n1e400]", "name.json:3: 1e400 is not a finite number"),
            ("{\"a\": NaN}", "NaN is not a finite number"),
            ("[-Infinity]", "-Infinity is not a finite number"),
        ])
    func unusable(text: String, message: String) {
        #expect {
            try JSON(parsing: Array(text.utf8), file: "name.json")
        } throws: { error in
            "\(error)".contains(message)
        }
    }

    @Test("A value that is written part by part has the text of its tree")
    func streaming() throws {
        try withTemporaryDirectory { directory in
            func expectText(of value: some Encodable) throws {
                try writeAtomically(encoding: value, to: "\(directory)/value.json")
                let written = try String(contentsOfFile: "\(directory)/value.json", encoding: .utf8)
                #expect(try written == JSON(encoding: value).text())
            }
            try expectText(of: 3)
            try expectText(of: "two\nlines")
            try expectText(of: [Int]())
            try expectText(of: Nothing())
            try expectText(of: Nested(depth: 9))
            try expectText(of: [[[[[["a\n\"b\"": [1.5, -0.0, .nan]], [:]]]]], []])
            try expectText(of: [nil, 4])
            try expectText(of: HandWritten())
            try expectText(of: Derived())
            // What the tree and the stream have in common cannot be told by comparing them.
            let texts = try [JSON(encoding: HandWritten()), JSON(encoding: Derived())].map { tree in
                try tree.text().filter { !$0.isWhitespace }
            }
            #expect(
                texts == [
                    #"{"first_one":[1,null],"second":{"first_one":[2]},"third":null,"fourth":{}}"#,
                    #"{"derived":1,"base":2}"#,
                ])
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["value.json"])
        }
    }

    @Test("A file whose value cannot be encoded stays as it was")
    func unwritten() throws {
        struct Unencodable: Encodable {
            func encode(to encoder: any Encoder) throws {
                throw EncodingError.invalidValue(0, .init(codingPath: [], debugDescription: "for the test"))
            }
        }
        try withTemporaryDirectory { directory in
            try writeAtomically(encoding: [1], to: "\(directory)/value.json")
            #expect(throws: EncodingError.self) {
                try writeAtomically(encoding: [Unencodable()], to: "\(directory)/value.json")
            }
            #expect(try String(contentsOfFile: "\(directory)/value.json", encoding: .utf8) == "[\n  1\n]\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["value.json"])
        }
    }

    private struct Nothing: Encodable {}

    private struct Nested: Encodable {
        let name = "some\nname"
        let maxAbsDiff: Float = 0.1
        var optional: Int?
        let nothing = Nothing()
        let nested: [Nested]
        let isLast: Bool

        init(depth: Int) {
            isLast = depth == 0
            nested = isLast ? [] : [Nested(depth: depth - 1), Nested(depth: 0)]
        }
    }

    /// Opens containers within containers, and writes to them by turns.
    private struct HandWritten: Encodable {
        enum Key: CodingKey { case firstOne, second, third, fourth }

        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: Key.self)
            var first = object.nestedUnkeyedContainer(forKey: .firstOne)
            var second = object.nestedContainer(keyedBy: Key.self, forKey: .second)
            try first.encode(1)
            try second.encode([2], forKey: .firstOne)
            try first.encodeNil()
            try object.encodeNil(forKey: .third)
            try Nothing().encode(to: object.superEncoder(forKey: .fourth))
        }
    }

    private class Base: Encodable {
        enum BaseKey: CodingKey { case base }

        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: BaseKey.self)
            try object.encode(2, forKey: .base)
        }
    }

    /// Encodes to the same object as its superclass.
    private final class Derived: Base {
        enum DerivedKey: CodingKey { case derived }

        override func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: DerivedKey.self)
            try object.encode(1, forKey: .derived)
            try super.encode(to: object.superEncoder())
        }
    }

    @Test("Objects of one array may share keys, and strings may hold anything")
    func sharedKeys() throws {
        let text =
            "[{\"a\": {\"a\": 1}}, {\"a\": \"{\\\"a\\\": NaN, 1e400\\\\\"}, -9223372036854775808, true, null, false]"
        let nested = JSON.object([.init("a", .object([.init("a", .integer(1))]))])
        let string = JSON.object([.init("a", .string("{\"a\": NaN, 1e400\\"))])
        #expect(
            try JSON(parsing: Array(text.utf8), file: "test")
                == .array([nested, string, .integer(.min), .bool(true), .null, .bool(false)]))
    }

    @Test("A number that is not finite is not JSON")
    func notFinite() {
        #expect(throws: JSONError.notFinite) { try JSON.number(.nan).text() }
    }
}

@Suite struct CodingTests {
    struct Document: Codable, Equatable {
        struct Part: Codable, Equatable {
            var maxAbsDiff: Double
            var shortFloat: Float
            var missing: String?
        }
        enum Kind: String, Codable { case first, second }

        var zeta: Int
        var kind: Kind
        var theParts: [Part]
        var index: [Int]
        var notFinite: [Double]
    }

    let document = Document(
        zeta: -7, kind: .second,
        theParts: [.init(maxAbsDiff: 0.1, shortFloat: 0.1), .init(maxAbsDiff: 2, shortFloat: 1e-7)],
        index: [1, 2], notFinite: [.infinity, -.infinity])

    @Test("A document decoded from its encoding is the document")
    func roundTrip() throws {
        let text = try JSON(encoding: document).text()
        #expect(try JSON(parsing: Array(text.utf8), file: "test").decode() == document)
    }

    @Test("Properties stand in their order, in snake_case; nil is left out; a float32 keeps its own digits")
    func form() throws {
        let json = try JSON(encoding: document)
        guard case .object(let members) = json, case .array(let parts)? = json["the_parts"] else {
            Issue.record("no object")
            return
        }
        #expect(members.map(\.key) == ["zeta", "kind", "the_parts", "index", "not_finite"])
        #expect(parts[0] == .object([.init("max_abs_diff", .number(0.1)), .init("short_float", .number(0.1))]))
        #expect(json["not_finite"] == .array([.string("inf"), .string("-inf")]))
    }

    @Test(
        "What is missing or of another kind is named with its path",
        arguments: [
            ("{\"zeta\": 1}", "\"kind\" is missing"),
            ("{\"zeta\": \"1\"}", "at zeta: an integer"),
            ("{\"zeta\": 1, \"kind\": \"third\"}", "at kind:"),
            (
                "{\"zeta\": 1, \"kind\": \"first\", \"the_parts\": [{\"max_abs_diff\": true}]}",
                "at the_parts[0].max_abs_diff"
            ),
        ])
    func errors(text: String, message: String) throws {
        let json = try JSON(parsing: Array(text.utf8), file: "test")
        #expect {
            try json.decode(Document.self)
        } throws: { error in
            "\(error)".contains(message)
        }
        #expect {
            try json.decode(Document.self, file: "given.json")
        } throws: { error in
            "\(error)".hasPrefix("given.json, at ") && "\(error)".contains(message)
        }
    }
}
