import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileWritingTests {
    @Test("A file that cannot be written is named, and nothing is left behind")
    func writing() throws {
        #expect(throws: FileWritingError(path: "/nonexistent/report.json")) {
            try writeAtomically("{}".utf8, to: "/nonexistent/report.json")
        }
    }

    @Test("A link stays a link, to what is written; a device stays a device")
    func places() throws {
        try withTemporaryDirectory { directory in
            let (link, target) = ("\(directory)/link.json", "\(directory)/target.json")
            try Data("old".utf8).write(to: URL(fileURLWithPath: target))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            try writeAtomically("{}".utf8, to: link)
            #expect(try String(contentsOfFile: target, encoding: .utf8) == "{}")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
            try writeAtomically("{}".utf8, to: "/dev/null")
            let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
            #expect(type == .typeCharacterSpecial)
            #expect(throws: FileWritingError.self) { try writeAtomically("{}".utf8, to: directory) }
        }
    }

    @Test("A file that is not finished leaves nothing behind, and the old one as it was")
    func unfinished() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/a.json"
            try writeAtomically("old".utf8, to: path)
            try UnfinishedFile(path).append("new".utf8)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.json"])
        }
    }

    @Test("A directory is replaced whole; what stood there is gone, and nothing else is left")
    func directories() throws {
        try withTemporaryDirectory { directory in
            let (link, path) = ("\(directory)/link", "\(directory)/a")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            for content in ["old", "new"] {
                let replacement = try FileReplacement(content == "old" ? path : link)
                try FileManager.default.createDirectory(
                    atPath: replacement.temporaryPath, withIntermediateDirectories: false)
                try writeAtomically(content.utf8, to: "\(replacement.temporaryPath)/\(content)")
                try replacement.replaceDirectory()
                #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [content])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["a", "link"])
        }
    }

    @Test("Neither a directory nor a device is replaced by a file")
    func noFiles() throws {
        try withTemporaryDirectory { directory in
            for path in [directory, "/dev/null"] {
                let replacement = try FileReplacement(path)
                defer { replacement.discard() }
                #expect(FileManager.default.createFile(atPath: replacement.temporaryPath, contents: nil))
                #expect(throws: FileWritingError(path: path)) { try replacement.replaceFile() }
                #expect(!FileManager.default.fileExists(atPath: replacement.temporaryPath))
            }
            let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
            #expect(type == .typeCharacterSpecial)
        }
    }
}
