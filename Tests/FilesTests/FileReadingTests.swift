import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileReadingTests {
    @Test("A file's bytes are read, and an empty file's none")
    func contents() throws {
        try withTemporaryDirectory { directory in
            for bytes in [[], [0, 1, 255], [UInt8](repeating: 7, count: 3_000_000)] {
                try writeAtomically(bytes, to: "\(directory)/a")
                #expect(try readFile("\(directory)/a") == bytes)
            }
        }
    }

    @Test("What comes out of a pipe is read to its end")
    func pipes() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("one".utf8))
        try pipe.fileHandleForWriting.close()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(try readFile(path) == Array("one".utf8))
    }

    @Test("A device is refused without being read, and so is a pipe in a directory, which may have no other end")
    func specialFiles() throws {
        #expect(throws: FileReadingError(path: "/dev/zero", reason: "it is a device, not a file")) {
            try readFile("/dev/zero")
        }
        try withTemporaryDirectory { directory in
            let path = "\(directory)/pipe"
            #expect(mkfifo(path, 0o600) == 0)
            #expect(throws: FileReadingError(path: path, reason: "it is a pipe, not a file")) {
                try readFile(path)
            }
        }
    }

    @Test("What cannot be read is named, with the reason")
    func errors() throws {
        try withTemporaryDirectory { directory in
            #expect(throws: FileReadingError(path: directory, reason: "it is a directory")) { try readFile(directory) }
            let path = "\(directory)/a"
            #expect(throws: FileReadingError(path: path, reason: "no such file")) { try readFile(path) }
        }
    }
}
