import Testing

@testable import JSONTree

@Suite struct JSONElementsTests {
    /// The object without its array's elements, and the elements; nil if the text is refused. In parts of any size, the
    /// text is read alike.
    private func read(_ text: String) -> (rest: JSON, elements: [JSON])? {
        let found = [1, 2, 3, 5, 16, 1000].map { read(text, inPartsOf: $0) }
        #expect(found.allSatisfy { $0?.rest == found[0]?.rest && $0?.elements == found[0]?.elements })
        return found[0]
    }

    private func read(_ text: String, inPartsOf size: Int) -> (rest: JSON, elements: [JSON])? {
        let bytes = Array(text.utf8)
        var (rest, elements) = (bytes[...], [JSON]())
        let object = JSON(
            parsing: {
                defer { rest = rest.dropFirst(size) }
                return Array(rest.prefix(size))
            }, takingElementsOf: "list"
        ) { element, text, offset throws in
            #expect(Array(bytes[offset..<offset + text.count]) == text)
            #expect(try JSON(parsing: text, file: "") == element)
            elements.append(element)
        }
        return object.map { ($0, elements) }
    }

    @Test(
        "What is read element by element is what is read as a whole",
        arguments: [
            "{\"list\": []}", "{\"list\": [ ]}", "{ \"a\" : 1 , \"list\" : [ 1 , 2.5 ] , \"b\" : [3] }",
            "{\"list\": [{\"x\": [1, {}]}, \"]}, [\", \"\\\"],\", null, true, [[]], -1e3]}",
            "{\"a\": {\"list\": [1]}, \"list\": [2]}", "{\"a\": \"list\", \"list\": [2]}",
            "{\"list\": [{\"list\": [1]}]}\n",
        ])
    func sameAsWhole(text: String) throws {
        let (rest, elements) = try #require(read(text))
        let whole = try JSON(parsing: Array(text.utf8), file: "")
        #expect(whole["list"] == .array(elements))
        #expect(rest["list"] == .array([]))
        guard case .object(let members) = whole, case .object(let others) = rest else {
            Issue.record("no object")
            return
        }
        #expect(members.filter { $0.key != "list" } == others.filter { $0.key != "list" })
        #expect(members.map(\.key) == others.map(\.key))
    }

    @Test(
        "Whatever is refused as a whole is refused element by element, and so is an object without the array",
        arguments: [
            "", "[1]", "{}", "{\"list\": 1}", "{\"a\": {\"list\": [1]}}", "{\"list\": [1", "{\"list\": [1]",
            "{\"list\": [1 2]}", "{\"list\": [1 2 3]}",
            "{\"list\": [1,]}", "{\"list\": [,1]}", "{\"list\": [1}]", "{\"list\": [{]}]}", "{\"list\": [1]} 2",
            "{\"list\": [1], \"list\": [2]}", "{\"list\": [{\"a\": 1, \"a\": 2}]}", "{\"list\": [NaN]}",
            "{\"list\": [1], }",
        ])
    func refused(text: String) {
        #expect(read(text) == nil)
    }

    @Test("An element may be nested as deep as within a whole text")
    func nesting() {
        for depth in 58...66 {
            let element = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let text = "{\"list\": [\(element)]}"
            #expect((read(text) == nil) == ((try? JSON(parsing: Array(text.utf8), file: "")) == nil), "\(depth)")
        }
    }

    @Test("An element that is not wanted ends the reading, and so does a part that cannot be read")
    func notTaken() {
        struct Unwanted: Error {}
        var (parts, count) = ([Array("{\"list\": [1, 2, 3".utf8), Array("]}".utf8)], 0)
        let read = JSON(parsing: { parts.isEmpty ? [] : parts.removeFirst() }, takingElementsOf: "list") {
            element, _, _ in
            count += 1
            if element == .integer(2) { throw Unwanted() }
        }
        #expect(read == nil && count == 2)
        // Whether the text ends there cannot be known.
        var whole = [Array("{\"list\": [1]}".utf8)]
        let unread = JSON(
            parsing: {
                guard let part = whole.popLast() else { throw Unwanted() }
                return part
            }, takingElementsOf: "list"
        ) { _, _, _ in }
        #expect(unread == nil)
    }
}
