import Testing

@testable import JSONTree

@Suite struct JSONElementsTests {
    /// The object without its array's elements, and the elements; nil if the text is refused.
    private func read(_ text: String) -> (rest: JSON, elements: [JSON])? {
        var elements = [JSON]()
        return JSON(parsing: Array(text.utf8), takingElementsOf: "list") { elements.append($0) }.map { ($0, elements) }
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

    @Test("An element that is not wanted ends the reading")
    func notTaken() {
        struct Unwanted: Error {}
        var count = 0
        let read = JSON(parsing: Array("{\"list\": [1, 2, 3]}".utf8), takingElementsOf: "list") { element in
            count += 1
            if element == .integer(2) { throw Unwanted() }
        }
        #expect(read == nil && count == 2)
    }
}
