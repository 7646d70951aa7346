import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct FileSetTests {
    private let names = ["a.json", "b.json", "c.json"]

    private func write(_ contents: [String: String], in directory: String) throws {
        for (name, content) in contents { try writeAtomically(content.utf8, to: "\(directory)/\(name)") }
    }

    /// What is seen of each name that a directory holds or links to.
    private func seen(_ directory: String) -> [String: String] {
        var seen = [String: String]()
        for name in names + ["other"] {
            seen[name] = try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        }
        return seen
    }

    @Test("The files of a set are replaced together; names that the new set lacks are gone, and other files stay")
    func replacing() throws {
        try withTemporaryDirectory { directory in
            try write(["a.json": "old a", "b.json": "old b", "other": "mine"], in: directory)
            let set = FileSet(names, in: directory)
            try set.prepare()
            try set.replace { try write(["b.json": "new b", "c.json": "new c"], in: $0) }
            #expect(seen(directory) == ["b.json": "new b", "c.json": "new c", "other": "mine"])
            for name in ["b.json", "c.json"] { #expect(FileReplacement.type("\(directory)/\(name)") == .typeRegular) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 3)
            set.remove()
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["other"])
        }
    }

    private struct Failure: Error {}

    @Test("Where the new files cannot be written, the old ones stand as they did, and nothing is left beside them")
    func failing() throws {
        try withTemporaryDirectory { directory in
            let old = ["a.json": "old a", "b.json": "old b"]
            try write(old, in: directory)
            #expect(throws: Failure.self) {
                try FileSet(names, in: directory).replace { directory in
                    try write(["a.json": "new a"], in: directory)
                    throw Failure()
                }
            }
            #expect(seen(directory) == old)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 2)
        }
    }

    @Test("A name that is a directory's is refused before anything is written")
    func directories() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: "\(directory)/b.json", withIntermediateDirectories: false)
            let set = FileSet(names, in: directory)
            #expect(throws: FileWritingError(path: "\(directory)/b.json")) { try set.prepare() }
            set.remove()
            #expect(FileReplacement.type("\(directory)/b.json") == .typeDirectory)
        }
    }

    /// A directory as a run leaves it that is killed in an exchange: the switch leads to one of two sets, and some
    /// names have become links.
    private func killed(_ directory: String, linked: [String], switchedTo set: String) throws {
        let manager = FileManager.default
        let work = "\(WorkDirectory.prefix)killed"
        for part in ["old", "new"] {
            try manager.createDirectory(atPath: "\(directory)/\(work)/\(part)", withIntermediateDirectories: true)
        }
        try write(["a.json": "old a", "b.json": "old b"], in: "\(directory)/\(work)/old")
        try write(["b.json": "new b", "c.json": "new c"], in: "\(directory)/\(work)/new")
        try write(["a.json": "old a", "b.json": "old b"], in: directory)
        let switchName = "\(WorkDirectory.prefix)switch"
        try manager.createSymbolicLink(
            atPath: "\(directory)/\(switchName)", withDestinationPath: "\(work)/\(set)")
        for name in linked {
            try? manager.removeItem(atPath: "\(directory)/\(name)")
            try manager.createSymbolicLink(
                atPath: "\(directory)/\(name)", withDestinationPath: "\(switchName)/\(name)")
        }
    }

    @Test("After a kill before the switch the next run finds the old set, after it the new one, whole and as files")
    func settling() throws {
        let old = ["a.json": "old a", "b.json": "old b"]
        let new = ["b.json": "new b", "c.json": "new c"]
        for (linked, set, expected) in [
            ([], "old", old), (["a.json"], "old", old), (names, "old", old), (names, "new", new),
        ] {
            try withTemporaryDirectory { directory in
                try killed(directory, linked: linked, switchedTo: set)
                #expect(seen(directory) == expected, "as it is left")
                WorkDirectory.clearLeftovers(in: directory)
                #expect(seen(directory) == expected, "when it is cleared")
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == expected.count)
                for name in expected.keys { #expect(FileReplacement.type("\(directory)/\(name)") == .typeRegular) }
            }
        }
    }

    @Test("What a killed run left is cleared, and what a running one writes is not")
    func leftovers() throws {
        try withTemporaryDirectory { directory in
            let left = "\(directory)/\(WorkDirectory.prefix)left"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
            try write(["new": "half"], in: left)
            let running = try UnfinishedFile("\(directory)/a.json")
            try FileSet(["b.json"], in: directory).prepare()
            #expect(!FileManager.default.fileExists(atPath: left))
            try running.append("whole".utf8)
            try running.finish()
            #expect(seen(directory) == ["a.json": "whole"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.json"])
        }
    }

    @Test("Two that replace a set at once leave the whole of one")
    func atOnce() throws {
        try withTemporaryDirectory { directory in
            let set = FileSet(names, in: directory)
            DispatchQueue.concurrentPerform(iterations: 8) { index in
                for _ in 0..<10 {
                    try? set.replace { directory in
                        for name in names { try writeAtomically("\(index)".utf8, to: "\(directory)/\(name)") }
                    }
                }
            }
            let found = seen(directory)
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(found.count == 3 && Set(found.values).count == 1 && left.count == 3)
        }
    }

    @Test("Whoever reads while a set is replaced sees the old or the new, and nothing older afterwards")
    func readers() throws {
        try withTemporaryDirectory { directory in
            let set = FileSet(names, in: directory)
            @Sendable func replace(_ content: String) throws {
                try set.replace { directory in
                    for name in names { try writeAtomically(content.utf8, to: "\(directory)/\(name)") }
                }
            }
            /// Whoever looks a name up just as the old set is taken away opens it again. A lazy sequence would open a file
            /// that it found once more.
            @Sendable func number(in name: String) -> Int? {
                for _ in 0..<5 {
                    let text = try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
                    if let number = text.flatMap({ Int($0) }) { return number }
                }
                return nil
            }
            try replace("0")
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                if index == 0 {
                    for turn in 1...100 { try? replace("\(turn)") }
                } else {
                    // From the last name on, each must be as new as the one read before it, and none is missing.
                    for _ in 0..<300 {
                        let read = names.reversed().map(number)
                        let turns = read.compactMap { $0 }
                        #expect(turns.count == names.count && turns == turns.sorted())
                    }
                }
            }
        }
    }

    @Test("A name of 255 bytes can be written")
    func longNames() throws {
        try withTemporaryDirectory { directory in
            let name = String(repeating: "n", count: 255)
            try write([name: "long"], in: directory)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [name])
        }
    }
}
