import Testing

@testable import Files

@Suite struct PackedNamesTests {
    @Test("Names are found again as they were, in any order")
    func sameNames() {
        let names =
            ["", "", "a", "ab", "b", "aa", "a/é", "a/è", "a/e\u{301}", "顔.jpg", "\u{1F600}", "\u{1F601}"]
            + [126, 127, 128, 129, 255, 256, 20_000].map { String(repeating: "x", count: $0) + "\($0)" }
            + (0..<100).flatMap { ["frame \($0).png", "a/\($0)"] }
        let packed = PackedNames(names)
        #expect(packed.count == names.count)
        #expect(packed.map { Array($0.utf8) } == names.map { Array($0.utf8) })
        for index in names.indices.reversed() { #expect(packed[index].utf8.elementsEqual(names[index].utf8)) }
        #expect(PackedNames().isEmpty)
    }

    @Test("A name that is mostly the one before takes a third of its length")
    func size() {
        let packed = PackedNames((10_000..<20_000).map { "camera/day/frame_\($0)_of_the_first_session.jpg" })
        #expect(packed.bytes.count + packed.starts.count * MemoryLayout<Int>.stride < packed.count * 15)
    }
}
