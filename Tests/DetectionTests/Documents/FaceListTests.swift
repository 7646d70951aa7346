import Foundation
import TestSupport
import Testing

@testable import Detection

/// Lists of faces whose frames are read when they are needed.
@Suite struct FaceListTests {
    private func read(_ file: URL) throws -> (list: FaceList, places: [FramePlace]) {
        let (list, places) = try FaceList.read(file, keeping: [FramePlace]()) { places, frame, place, list throws in
            places.append(place)
            #expect(try list.frame(at: place) == frame)
        }
        return (list, places)
    }

    private func withGold(_ body: (_ file: URL, _ text: String) throws -> Void) throws {
        let gold = fixtures.appendingPathComponent("gold/openface_cpp_min60.json")
        let text = try String(contentsOf: gold, encoding: .utf8)
        try withTemporaryDirectory { directory in
            let file = URL(fileURLWithPath: "\(directory)/gold.json")
            try Data(text.utf8).write(to: file)
            try body(file, text)
        }
    }

    @Test("The frames of a list are those of the whole document, in any layout")
    func sameFrames() throws {
        try withGold { file, text in
            let compact = file.deletingLastPathComponent().appendingPathComponent("compact.json")
            try Data(text.replacing("\n", with: "").utf8).write(to: compact)
            let otherLayout = file.deletingLastPathComponent().appendingPathComponent("other.json")
            try Data(("{\"annotations\": null, " + text.dropFirst()).utf8).write(to: otherLayout)
            let rows = file.deletingLastPathComponent().appendingPathComponent("faces.csv")
            try Data("file,x,y,width,height\na.jpg,1,2,3,4\nb.jpg,,,,\na.jpg,5,6,7,8\n".utf8).write(to: rows)
            for file in [file, compact, otherLayout, rows] {
                let document = try DetectionDocument(contentsOf: file)
                let (list, places) = try read(file)
                #expect(try places.reversed().map(list.frame(at:)) == document.images.reversed())
                #expect(list.header.source == document.source && list.header.minFaceSize == document.minFaceSize)
                #expect(list.header.scoreThresholds == document.scoreThresholds && list.header.images.isEmpty)
            }
        }
    }

    @Test("A list that changed after it was read is refused with its name, whatever changed of a frame")
    func changed() throws {
        for (before, after) in [("0", "1"), ("01_astronaut_close", "99_astronaut_close"), ("{", " "), ("}", "}\n")] {
            try withGold { file, text in
                let (list, places) = try read(file)
                let range = try #require(
                    text.range(of: before, range: text.range(of: "\"file\"").map { $0.lowerBound..<text.endIndex }))
                try Data(text.replacingCharacters(in: range, with: after).utf8).write(to: file)
                #expect {
                    for place in places { _ = try list.frame(at: place) }
                } throws: { error in
                    "\(error)".hasPrefix("\(file.path): byte ") && "\(error)".hasSuffix("it changed after it was read")
                }
            }
        }
        try withGold { file, text in
            let (list, places) = try read(file)
            let last = try #require(places.last)
            try Data(text.prefix(text.count / 2).utf8).write(to: file)
            #expect(throws: DetectionDocumentError.self) { try list.frame(at: last) }
            try FileManager.default.removeItem(at: file)
            #expect(throws: DetectionDocumentError.unreadable(file: file.path, reason: "no such file")) {
                try list.frame(at: last)
            }
        }
    }

    @Test("A list that is no list of faces is refused as the whole document is, and leaves nothing kept")
    func refused() throws {
        let frames = (0..<3000).map { "{\"file\": \"\($0).jpg\", \"faces\": []}" }
        for last in [
            "{\"file\": \"\", \"faces\": []}", "{\"file\": \"a.jpg\"}", "{", "{\"file\": \"7.jpg\", \"faces\": []}",
        ] {
            try withGold { file, _ in
                try Data("{\"images\": [\((frames + [last]).joined(separator: ", "))]}".utf8).write(to: file)
                let expected = try #require(throws: DetectionDocumentError.self) {
                    try DetectionDocument(contentsOf: file)
                }
                #expect(throws: expected) {
                    try FaceList.read(file, keeping: Set<String>()) { names, frame, _, _ in
                        struct Twice: Error {}
                        guard names.insert(frame.file).inserted else { throw Twice() }
                    }
                }
            }
        }
    }

    @Test("A pipe is read once, and its frames are kept")
    func pipe() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(
            contentsOf: Data("{\"images\": [{\"file\": \"a.jpg\", \"faces\": []}]}".utf8))
        try pipe.fileHandleForWriting.close()
        let (list, places) = try read(URL(fileURLWithPath: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"))
        #expect(try places.map(list.frame(at:)).map(\.file) == ["a.jpg"])
    }

    @Test("What is kept of a frame is its place alone: 16 bytes")
    func size() {
        #expect(MemoryLayout<FramePlace>.stride == 16)
    }
}
