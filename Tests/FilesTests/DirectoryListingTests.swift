import Files
import Foundation
import TestSupport
import Testing

@Suite struct DirectoryListingTests {
    @Test("Each file and directory is listed once")
    func listing() throws {
        try withTemporaryDirectory { directory in
            try writeAtomically("a".utf8, to: "\(directory)/.a")
            try FileManager.default.createDirectory(atPath: "\(directory)/b", withIntermediateDirectories: false)
            let entries = try directoryEntries(directory).sorted { $0.name < $1.name }
            #expect(entries.map(\.name) == [".a", "b"])
            #expect(entries.map(\.isUTF8) == [true, true])
        }
    }

    @Test("What cannot be listed is named, with the reason")
    func errors() throws {
        try withTemporaryDirectory { directory in
            try writeAtomically("a".utf8, to: "\(directory)/a")
            for path in ["\(directory)/a", "\(directory)/none"] {
                #expect(throws: FileReadingError(path: path, reason: "no such directory")) {
                    try directoryEntries(path)
                }
            }
        }
    }
}
