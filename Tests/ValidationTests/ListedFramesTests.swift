import Conformance
import Detection
import Foundation
import TestSupport
import Testing
import Validation

@Suite struct ListedFramesTests {
    /// The frames of a directory with empty files, and of a list that names some.
    private func frames(
        _ files: [String], listed: [String], _ body: (ListedFrames) throws -> Void = { _ in }
    ) throws {
        try withTemporaryDirectory { directory in
            for file in files {
                let url = URL(fileURLWithPath: "\(directory)/frames/\(file)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data().write(to: url)
            }
            let gold = URL(fileURLWithPath: "\(directory)/gold.json")
            let images = listed.map { "{\"file\": \"\($0)\", \"faces\": []}" }
            try Data("{\"images\": [\(images.joined(separator: ", "))]}".utf8).write(to: gold)
            try body(ListedFrames(listedIn: gold, named: "gold", of: FrameDirectory("\(directory)/frames")))
        }
    }

    @Test("Frames of the directory and of the list come in the directory's order, each with what the list says")
    func order() throws {
        let files = ["b.jpg", "d.jpg", "a/a.jpg", "a/c.jpg", "z/d.jpg"]
        let listed = ["z/z.jpg", "x/d.jpg", "a/c.jpg", "a.jpg", "e.jpg", "b.jpg", "a/bb.jpg"]
        try frames(files, listed: listed) { frames in
            #expect(
                Array(frames.files) == [
                    "b.jpg", "d.jpg", "e.jpg", "a/a.jpg", "a/bb.jpg", "a/c.jpg", "x/d.jpg", "z/d.jpg", "z/z.jpg",
                ])
            #expect(
                try frames.files.indices.map { try frames.faces(at: $0)?.file } == [
                    "b.jpg", nil, "e.jpg", "a.jpg", "a/bb.jpg", "a/c.jpg", "x/d.jpg", nil, "z/z.jpg",
                ])
            let all = try frames.all()
            #expect(
                all.map(\.frame.file) == [
                    "z/z.jpg", "x/d.jpg", "a/c.jpg", "a/a.jpg", "e.jpg", "b.jpg", "a/bb.jpg",
                ])
            #expect(all.map(\.isThere) == [false, false, true, true, false, true, false])
        }
    }

    @Test("A frame that a list names twice is refused, by its names or by its file, and so is a list of none")
    func refused() throws {
        #expect(throws: DetectionDocumentError.self) { try frames(["a.jpg"], listed: ["a.jpg", "a.jpg"]) }
        #expect(throws: DetectionDocumentError.self) { try frames(["a.jpg"], listed: ["a.jpg", "b.jpg", "b.jpg"]) }
        #expect(throws: ComparisonError.listedTwice("a.jpg", list: "gold", as: ["x/a.jpg", "a.jpg"])) {
            try frames(["a.jpg"], listed: ["x/a.jpg", "a.jpg"])
        }
        #expect {
            try frames(["a.jpg"], listed: ["b.jpg"])
        } throws: {
            "\($0)".hasSuffix("holds none of the frames that gold names")
        }
    }
}
