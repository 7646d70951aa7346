import Files
import Foundation
import TestSupport
import Testing

@Suite struct GzipFileTests {
    private func lines(of path: String) throws -> [String] {
        var lines = [String]()
        try GzipFile.readLines(of: path) { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    @Test("Lines that are written are read again, and the file holds no time and no name")
    func roundTrip() throws {
        try withTemporaryDirectory { directory in
            let written = (0..<5000).map { "{\"line\":\($0)}\n" } + [String(repeating: "x", count: 200_000) + "\n"]
            let path = "\(directory)/a.gz"
            let file = try GzipFile(writing: path)
            for line in written { try file.append(Array(line.utf8)) }
            try file.finish()
            #expect(try lines(of: path) == written)
            let header = try Array(Data(contentsOf: URL(fileURLWithPath: path)).prefix(8))
            #expect(header == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        }
    }

    @Test("A file that is missing, cut, damaged or not compressed is refused")
    func damaged() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/a.gz"
            #expect(throws: FileReadingError(path: path, reason: "no such file")) { try lines(of: path) }
            let file = try GzipFile(writing: path)
            for number in 0..<1000 { try file.append(Array("\(number * number)\n".utf8)) }
            try file.finish()
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for length in [whole.count - 9, whole.count / 2] {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                #expect(throws: FileReadingError.self) { try lines(of: path) }
            }
            var flipped = whole
            flipped[whole.count - 6] ^= 1
            try flipped.write(to: URL(fileURLWithPath: path))
            #expect(throws: FileReadingError.self) { try lines(of: path) }
            try Data("1\n4\n".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: FileReadingError(path: path, reason: "it is no gzip file")) { try lines(of: path) }
        }
    }
}
