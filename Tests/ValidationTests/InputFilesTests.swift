import Files
import Foundation
import TestSupport
import Testing
import Validation

@Suite struct InputFilesTests {
    @Test("A frame whose name is not UTF-8 is refused with its name, and not left out")
    func otherNames() throws {
        try withTemporaryDirectory { directory in
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(directory)/a.jpg"))
            // Some file systems take no such names.
            guard rename("\(directory)/a.jpg", Array("\(directory)/".utf8) + [0xFF] + Array(".jpg\0".utf8)) else {
                return
            }
            #expect {
                try FrameDirectory(directory)
            } throws: { error in
                "\(error)".contains("its name is not UTF-8") && "\(error)".contains(".jpg")
            }
        }
    }

    private func rename(_ path: String, _ other: [UInt8]) -> Bool {
        Foundation.rename(path, other.map { CChar(bitPattern: $0) }) == 0
    }

    @Test("A directory of frames that is not there is an error, and no empty one")
    func missing() throws {
        #expect(throws: FileReadingError(path: "/nonexistent", reason: "no such directory")) {
            try FrameDirectory("/nonexistent")
        }
    }

    @Test("Files of the directory come before those below it, links to files among them, and links to directories not")
    func order() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: "\(directory)/a", withIntermediateDirectories: false)
            for name in ["b.png", "a/c.JPG", "d.txt"] {
                try Data("x".utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/e.jpg", withDestinationPath: "\(directory)/b.png")
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/f.jpg", withDestinationPath: "\(directory)/a")
            #expect(try Array(FrameDirectory(directory).files) == ["b.png", "e.jpg", "a/c.JPG"])
        }
    }

    @Test("A list names the frames to take, in the order of the directory and each once")
    func list() throws {
        try withTemporaryDirectory { directory in
            let list = "\(directory)/frames.txt"
            try Data("a/c.jpg\nb.png\r\n\n".utf8).write(to: URL(fileURLWithPath: list))
            #expect(try Array(FrameDirectory(directory, list: list).files) == ["b.png", "a/c.jpg"])
            try Data("b.png\na/c.jpg\nb.png\n".utf8).write(to: URL(fileURLWithPath: list))
            #expect(throws: FileReadingError(path: list, reason: "it names b.png twice")) {
                try FrameDirectory(directory, list: list)
            }
        }
    }

    @Test("Directories are sorted by their whole paths, after those less deep")
    func directories() throws {
        try withTemporaryDirectory { directory in
            let files = [
                "a.png", "a-b/z.png", "a/a.png", "a/b.png", "b/a.png", "a\u{301}/a.png", "a/b/a.png", "b/0/a.png",
            ]
            for file in files.reversed() {
                let url = URL(fileURLWithPath: "\(directory)/\(file)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("x".utf8).write(to: url)
            }
            #expect(try Array(FrameDirectory(directory).files) == files)
            let list = "\(directory)/frames.txt"
            try Data(files.reversed().joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: list))
            #expect(try Array(FrameDirectory(directory, list: list).files) == files)
        }
    }
}
